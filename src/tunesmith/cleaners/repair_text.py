"""Repairs mojibake, removes what nobody can see, composes accents, narrows wide Latin letters."""

import re
import unicodedata
from typing import Literal

from tunesmith.cleaners.base import RowCleaner, TextedRows, Verdict, whole_text, with_texts
from tunesmith.rows import Row
from tunesmith.text.code_points import marks_of
from tunesmith.text.widths import narrowed

NEWLINE = re.compile(r"\r\n?|[\u2028\u2029\x85]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufff9-\ufffb\ud800-\udfff]")
EATEN = re.compile(
    r"\x0c(?=rac\{|orall(?![a-z]))|\x08(?=egin\{|eta(?![a-z])|inom\{)"
)  # `\frac` as JSON
UNSEEN = re.compile(  # zero-width and bidirectional marks; ZWJ and ZWNJ shape emoji and Persian
    r"[\u00ad\u200b\u2060-\u2064\u180e\u202a-\u202e\u2066-\u2069]"
    r"|(?<=[ -~\u3000-\u9fff])[\u200c\u200d]|[\u200c\u200d](?=[ -~\u3000-\u9fff])"
)
DIRTY = re.compile(f"{CONTROL.pattern}|{UNSEEN.pattern}|[\r\u2028\u2029]")
SUSPECT = re.compile(
    r"[\x80-\u2fff\uf000-\ufeff\ufff0-\uffff]"
)  # without these ftfy sees no mojibake
UNUSUAL = re.compile(  # without these there is nothing to repair, and most texts have none
    r"[^\t\n -~\u4e00-\u9fff，。！？；：、（）《》【】“”‘’…—·]"
)
ROUNDS = 4  # text that was broken twice is repaired twice


class RepairText(RowCleaner):
    """Rewrite rows whose text was read in a wrong encoding or holds what nobody can see.

    NFKC is applied where it is safe only, to full-width Latin letters and figures, unless
    `widths` is `keep`; Chinese punctuation, ①, ², ㎡, ½ and ligatures stay as they are.
    """

    kind: Literal["repair_text"] = "repair_text"
    widths: Literal["narrow", "keep"] = "narrow"

    def suspects(self, rows: TextedRows) -> list[bool]:
        """Return whether a text has a character that may need repair."""
        return list(map(bool, marks_of(rows.texts, _unusual, 1)))

    def judge(self, row: Row) -> Verdict | None:
        """Repair one row and name the worst that was wrong with it."""
        texts = whole_text(row)
        changed = with_texts(row, self._repaired)
        if changed is None:
            return None
        return Verdict("rewrite", self._reason(texts, whole_text(changed)), row=changed)

    def _repaired(self, text: str) -> str:
        """Return one text repaired, its widths as this step wants them."""
        fixed = repaired(text)
        return narrowed(fixed) if self.widths == "narrow" else fixed

    def _reason(self, before: str, after: str) -> str:
        """Tell mojibake from marks that are not seen, and those from mere widths."""
        plain = tidied(before)
        if (narrowed(plain) if self.widths == "narrow" else plain) != after:
            return "mojibake"
        if UNSEEN.search(before) or CONTROL.search(NEWLINE.sub("", before)):
            return "control characters"
        return "line ends and accents" if plain != before else "full-width letters"


def _unusual(char: str) -> int:
    """1 for a character that may need repair."""
    return int(bool(UNUSUAL.match(char)))


def repaired(text: str) -> str:
    """Return the text as it was before it was read in a wrong encoding, tidied."""
    if text.isascii():
        return tidied(text)
    import ftfy
    from ftfy.badness import is_bad

    for _ in range(ROUNDS):
        broken = SUSPECT.search(text) and is_bad(text)
        fixed = tidied(ftfy.fix_encoding(text) if broken else text)
        if fixed == text:
            break
        text = fixed
    return text


def tidied(text: str) -> str:
    """Return the text in NFC, with newlines as its only line ends, without unseen characters."""
    if text.isascii() and text.isprintable():
        return text
    if DIRTY.search(text):
        text = EATEN.sub(lambda match: "\\f" if match[0] == "\x0c" else "\\b", text)
        text = UNSEEN.sub("", CONTROL.sub("", NEWLINE.sub("\n", text)))
    return unicodedata.normalize("NFC", text)
