"""Drops rows that are mostly signs: neither letters, figures nor spaces."""

import re
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from tunesmith.cleaners.base import RowCleaner, Verdict, whole_text
from tunesmith.rows import Row
from tunesmith.text.about_code import ABOUT_CODE

SIGN = re.compile(r"[^\w\s]|_")  # without neighbours: CJK characters are letters here


class Symbols(RowCleaner):
    """Keep rows of which at most `max_ratio` of what is no space is punctuation or symbols.

    Rows below `min_chars` and rows about code or markup are not judged.
    """

    kind: Literal["symbols"] = "symbols"
    max_ratio: Annotated[float, Field(gt=0, le=1)] = 0.5
    min_chars: PositiveInt = 20

    def judge(self, row: Row) -> Verdict | None:
        """Drop a row; the score is the share of signs."""
        text = whole_text(row)
        signs = len(SIGN.findall(text))
        if len(text) < self.min_chars or signs <= self.max_ratio * len("".join(text.split())):
            return None
        if ABOUT_CODE.search(text):
            return None
        return Verdict("drop", "mostly symbols", signs / len("".join(text.split())))
