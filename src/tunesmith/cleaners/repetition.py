"""Drops rows whose answer says the same again and again: lines, phrases or one character."""

import re
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from tunesmith.cleaners.base import RowCleaner, Verdict, answers_of
from tunesmith.rows import Row

RUN = re.compile(r"([^\W\d_])\1{19,}")  # twenty times one letter or Chinese character
GRAM_CHARS = 12  # about two English words, or one Chinese clause
STRIDE = 3  # every third run is looked at first
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
            if (found := _long_run(text)) and 2 * len(found[0]) > len(text):
                return Verdict("drop", "one character repeated", len(found[0]) / len(text))
            if (share := repeated_lines(text)) > self.max_line_ratio:
                return Verdict("drop", "repeated lines", share)
            if varied(text, self.max_phrase_ratio):
                continue
            if (share := repeated_phrases(text)) > self.max_phrase_ratio:
                return Verdict("drop", "repeated phrases", share)
        return None


def _long_run(text: str) -> re.Match[str] | None:
    """Return the first run of one letter, if some run may fill more than half of the text."""
    middle = text[len(text) // 2]  # such a run passes here
    return RUN.search(text) if middle * 20 in text else None


def repeated_lines(text: str) -> float:
    """Return the share, 0 to 1, of the characters in lines that repeat an earlier line."""
    if "\n" not in text:
        return 0.0
    lines = [line.strip() for line in text.split("\n")]
    lines = [line for line in lines if len(line) >= MIN_LINE_CHARS]
    total = sum(map(len, lines))
    return 1 - sum(map(len, set(lines))) / total if total else 0.0


def varied(text: str, most: float) -> bool:
    """True if a third of the runs of twelve characters shows that at most `most` of them repeat.

    Then `repeated_phrases` is at most `most`: all runs are at least as varied as some of them.
    """
    text = " ".join(text.split())
    count = len(text) - GRAM_CHARS + 1
    seen = {text[place : place + GRAM_CHARS] for place in range(0, count, STRIDE)}
    return count < 1 or 1 - len(seen) / count <= most


def repeated_phrases(text: str) -> float:
    """Return the share, 0 to 1, of runs of twelve characters that came before, spaces as one."""
    text = " ".join(text.split())
    count = len(text) - GRAM_CHARS + 1
    if count < 1:
        return 0.0
    return 1 - len({text[place : place + GRAM_CHARS] for place in range(count)}) / count
