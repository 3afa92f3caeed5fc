"""Drops rows that are mostly signs: neither letters, figures nor spaces."""

import re
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from tunesmith.cleaners.base import RowCleaner, TextedRows, Verdict, whole_text
from tunesmith.rows import Row
from tunesmith.text.about_code import ABOUT_CODE

SIGN = re.compile(r"[^\w\s]|_")  # without neighbours: CJK characters are letters here
PLAIN = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]+")
RULE = re.compile(r"([^\w\s]|_)\1+")  # a drawn line or an ellipsis is one sign


class Symbols(RowCleaner):
    """Keep rows of which at most `max_ratio` of what is no space is punctuation or symbols.

    A run of one sign counts once.
    Rows below `min_chars` and rows about code or markup are not judged.
    """

    kind: Literal["symbols"] = "symbols"
    max_ratio: Annotated[float, Field(gt=0, le=1)] = 0.7
    min_chars: PositiveInt = 50

    def suspects(self, rows: TextedRows) -> list[bool]:
        """Return whether a row is long enough, and letters do not at once fill its share."""
        least = 1 - self.max_ratio
        return [len(t) >= self.min_chars and not has_letters(t, least) for t in rows.texts]

    def judge(self, row: Row) -> Verdict | None:
        """Drop a row; the score is the share of signs."""
        text = whole_text(row)
        if len(text) < self.min_chars:
            return None
        if sign_ratio(text) <= self.max_ratio:
            return None
        share = sign_ratio(RULE.sub(r"\1", text))
        if share <= self.max_ratio or ABOUT_CODE.search(text):
            return None
        return Verdict("drop", "mostly symbols", share)


def has_letters(text: str, ratio: float) -> bool:
    """True if the first half of a text has plain letters and figures for `ratio` of the whole.

    Then at most 1 - `ratio` of it are signs; this is five times as fast as counting them.
    """
    letters = sum(map(len, PLAIN.findall(text[: len(text) // 2])))
    return letters > ratio * len(text)


def sign_ratio(text: str) -> float:
    """Return the share of signs, 0 to 1, in what is no space."""
    text = "".join(text.split())
    return len(SIGN.findall(text)) / len(text) if text else 0.0
