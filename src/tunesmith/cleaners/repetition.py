"""Drops rows whose answer says the same again and again: lines, phrases or one character."""

import re
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from tunesmith.cleaners.base import RowCleaner, Verdict, answers_of
from tunesmith.rows import Row

RUN = re.compile(r"([^\W\d_])\1{19,}")  # twenty times one letter or Chinese character
GRAM_CHARS = 12  # about two English words, or one Chinese clause
MIN_LINE_CHARS = 4  # shorter lines repeat in any table, list or program
Ratio = Annotated[float, Field(gt=0, le=1)]


class Repetition(RowCleaner):
    """Drop rows of which an answer repeats itself; answers below `min_chars` are not judged.

    All is counted in characters, so that Chinese needs no words. The shares of Gopher's rules
    (table A1 of https://arxiv.org/abs/2112.11446) are of web pages; an answer may repeat more.
    """

    kind: Literal["repetition"] = "repetition"
    max_line_ratio: Ratio = 0.7
    max_phrase_ratio: Ratio = 0.7
    min_chars: PositiveInt = 100

    def judge(self, row: Row) -> Verdict | None:
        """Drop a row; the score is the share of its answer that repeats."""
        for text in answers_of(row):
            if len(text) < self.min_chars:
                continue
            if (found := RUN.search(text)) and 2 * len(found[0]) > len(text):
                return Verdict("drop", "one character repeated", len(found[0]) / len(text))
            if (share := repeated_lines(text)) > self.max_line_ratio:
                return Verdict("drop", "repeated lines", share)
            if (share := repeated_phrases(text)) > self.max_phrase_ratio:
                return Verdict("drop", "repeated phrases", share)
        return None


def repeated_lines(text: str) -> float:
    """Return the share, 0 to 1, of the characters in lines that repeat an earlier line."""
    lines = [line.strip() for line in text.split("\n")]
    lines = [line for line in lines if len(line) >= MIN_LINE_CHARS]
    total = sum(map(len, lines))
    return 1 - sum(map(len, set(lines))) / total if total else 0.0


def repeated_phrases(text: str) -> float:
    """Return the share, 0 to 1, of runs of twelve characters that came before, spaces as one."""
    text = " ".join(text.split())
    count = len(text) - GRAM_CHARS + 1
    if count < 1:
        return 0.0
    return 1 - len({text[place : place + GRAM_CHARS] for place in range(count)}) / count
