"""Removes the lines of web pages that are no text: navigation, cookie banners, share buttons."""

import re
from typing import Literal

from tunesmith.cleaners.base import RowCleaner, TextedRows, Verdict, whole_text, with_texts
from tunesmith.rows import Row
from tunesmith.text.about_code import ABOUT_CODE

MIN_LINES = 3  # one or two lines are a message, whatever they say
LINE = re.compile(
    r"(?:home|首页)(?:\s*[|>›»/·]\s*[^|>›»/·\n]{1,30}){2,}"
    r"|(?:we use|this (?:web)?site uses) cookies[^\n]{0,200}"
    r"|(?:本网站|我们)使用\s?cookies?[^\n]{0,100}"
    r"|(?:accept|reject|manage)(?: all)? cookies|(?:全部接受|接受所有|管理)\s?cookies?"
    r"|(?:share (?:this )?(?:on|to|via)|follow us on|分享到|关注我们)[:：]?\s*"
    r"(?:facebook|twitter|x|linkedin|whatsapp|instagram|youtube|pinterest|e-?mail"
    r"|微信|微博|朋友圈|QQ空间|[ ,，、|/&·和]|and)+"
    r"|(?:copyright|版权所有)?\s*(?:©|\(c\))[^\n]{0,80}"
    r"(?:all rights reserved|版权所有|保留所有权利)\.?"
    r"|all rights reserved\.?|版权所有(?:[,，]?\s*(?:侵权必究|翻版必究|违者必究))"
    r"|(?:back to top|skip to (?:main )?content|返回顶部|跳到主要内容|跳转到主要内容)"
    r"|(?:subscribe to|sign up for) (?:our|the) newsletter\.?"
    r"|(?:上一篇|下一篇|previous article|next article)[:：][^\n]{0,80}"
    r"|(?:京|沪|粤|浙|苏|川)ICP[备证][^\n]{0,40}",
    re.IGNORECASE,
)


class Boilerplate(RowCleaner):
    """Rewrite rows with navigation lines, cookie banners and the like, in texts of three lines.

    A line goes only if it is nothing else; rows about code or web pages are left as they are.
    """

    kind: Literal["boilerplate"] = "boilerplate"

    def suspects(self, rows: TextedRows) -> list[bool]:
        """Return whether a row has lines enough."""
        return [text.count("\n") >= MIN_LINES - 1 for text in rows.texts]

    def judge(self, row: Row) -> Verdict | None:
        """Rewrite one row without such lines."""
        whole = whole_text(row)
        changed = with_texts(row, without_boilerplate)
        if changed is None or ABOUT_CODE.search(whole):  # the slow look comes last
            return None
        return Verdict("rewrite", "boilerplate lines", row=changed)


def without_boilerplate(text: str) -> str:
    """Return the text without such lines; a text of nothing else stays as it is."""
    lines = text.split("\n")
    if len(lines) < MIN_LINES:
        return text
    kept = [line for line in lines if not LINE.fullmatch(line.strip())]
    if len(kept) == len(lines) or not "".join(kept).strip():
        return text
    return "\n".join(kept).strip("\n")
