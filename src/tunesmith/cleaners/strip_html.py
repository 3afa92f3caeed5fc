"""Removes HTML tags and entities from text that only travelled through a web page."""

import html
import re
from html.entities import html5
from typing import Literal

from tunesmith.cleaners.base import RowCleaner, TextedRows, Verdict, whole_text, with_texts
from tunesmith.rows import Row
from tunesmith.text.about_code import ABOUT_CODE

INLINE = "a|abbr|b|big|center|cite|del|em|font|i|ins|mark|s|small|span|strike|strong|sub|sup|tt|u"
BLOCK = (
    "article|aside|blockquote|body|caption|dd|div|dl|dt|figure|footer|h[1-6]|head|header|html|li|"
    "main|nav|ol|p|pre|section|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
VOID = "br|hr|wbr|p"  # these need no end tag; an image is content
ATTRIBUTES = r"""(?:\s+[A-Za-z:_-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))*\s*"""
TAG = re.compile(rf"<(/?)({INLINE}|{BLOCK}|{VOID}){ATTRIBUTES}/?>", re.IGNORECASE)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
ENTITY = re.compile(r"&(#[0-9]{1,6}|#[xX][0-9A-Fa-f]{1,5}|[A-Za-z][A-Za-z0-9]{1,31});")
MARKUP = re.compile(rf"{TAG.pattern}|{ENTITY.pattern}|<!--", re.IGNORECASE)
BREAK = "\x00"  # stands where a block began or ended
BREAKS = re.compile(rf"[ \t]*(?:\n*{BREAK}\s*)+")
VOID_NAMES = frozenset(VOID.split("|"))
INLINE_NAMES = frozenset(INLINE.split("|"))


class StripHtml(RowCleaner):
    """Rewrite rows with tags around their text; what speaks about code or markup stays.

    A tag goes only if it is one of HTML's, well formed, and closed in the same text: `a < b`,
    `List<T>` and `<EMAIL>` stay.
    """

    kind: Literal["strip_html"] = "strip_html"

    def suspects(self, rows: TextedRows) -> list[bool]:
        """Return whether a text has a sign that markup begins with."""
        return ["<" in text or "&" in text for text in rows.texts]

    def judge(self, row: Row) -> Verdict | None:
        """Strip one row, unless it is about code; a whole document is code too."""
        whole = whole_text(row)
        if not MARKUP.search(whole) or ABOUT_CODE.search(whole):
            return None
        changed = with_texts(row, stripped)
        return Verdict("rewrite", "html", row=changed) if changed is not None else None


def stripped(text: str) -> str:
    """Return the text without tags and entities; blocks end a line, inline tags leave nothing."""
    before = text
    while True:
        plain = _without_tags(ENTITY.sub(_character, text))
        if plain == text:
            break
        text = plain
    if text == before:
        return before
    outer = BREAK in text or "\u00a0" in text or TAG.search(before)
    text = BREAKS.sub("\n", text).replace("\u00a0", " ")
    return text.strip() if outer else text


def _character(match: re.Match[str]) -> str:
    """Return the character that an entity names; what is no entity stays."""
    if match[1].startswith("#"):
        return html.unescape(match[0])
    return html5.get(f"{match[1]};", match[0])


def _without_tags(text: str) -> str:
    """Remove comments, and the tags that are opened and closed."""
    text = COMMENT.sub(" ", text)
    tags = [(match[1], match[2].lower()) for match in TAG.finditer(text)]
    opened = {name for slash, name in tags if not slash}
    closed = {name for slash, name in tags if slash}
    whole = (opened & closed) | VOID_NAMES

    def replace(match: re.Match[str]) -> str:
        name = match[2].lower()
        if name not in whole:
            return match[0]
        return "" if name in INLINE_NAMES else BREAK

    return TAG.sub(replace, text)
