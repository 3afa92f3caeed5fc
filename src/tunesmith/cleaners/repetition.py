"""Drops rows whose answer says the same again and again: lines, phrases or one character."""

import re
from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from tunesmith.cleaners.base import RowCleaner, TextedRows, Verdict, answers_of
from tunesmith.rows import Row
from tunesmith.text.code_points import Chunk, Ints, chunks

RUN = re.compile(r"([^\W\d_])\1{19,}")  # twenty times one letter or Chinese character
GRAM_CHARS = 12  # about two English words, or one Chinese clause
STRIDE = 3  # every third run is looked at first
OWNER = np.uint64(48)  # bits of a run's hash; those above number the text
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
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

    def suspects(self, rows: TextedRows) -> list[bool]:
        """Return whether an answer is long enough, and has lines or phrases that may repeat."""
        long = [
            (place, text)
            for place, row in enumerate(rows)
            for text in answers_of(row)
            if len(text) >= self.min_chars
        ]
        varied = varied_each([text for _, text in long], self.max_phrase_ratio)
        suspect = [False] * len(rows)
        for (place, text), few in zip(long, varied, strict=True):
            suspect[place] |= not few or "\n" in text or bool(_long_run(text))
        return suspect

    def judge(self, row: Row) -> Verdict | None:
        """Drop a row; the score is the share of its answer that repeats."""
        for text in answers_of(row):
            if len(text) < self.min_chars:
                continue
            if (found := _long_run(text)) and 2 * len(found[0]) > len(text):
                return Verdict("drop", "one character repeated", len(found[0]) / len(text))
            if (share := repeated_lines(text)) > self.max_line_ratio:
                return Verdict("drop", "repeated lines", share)
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


def varied_each(texts: Sequence[str], most: float) -> list[bool]:
    """Return True for a text of whose runs of twelve characters a third shows that few repeat.

    Then `repeated_phrases` is at most `most`: all runs are at least as varied as some of them.
    """
    found: list[bool] = []
    for chunk in chunks([" ".join(text.split()) for text in texts]):
        lengths = np.diff(chunk.ends, prepend=-1) - 1
        runs = np.maximum(lengths - GRAM_CHARS + 1, 1)
        few = 1 - _distinct_runs(chunk) / runs <= most
        found += (few | (lengths < GRAM_CHARS)).tolist()
    return found


def _distinct_runs(chunk: Chunk) -> Ints:
    """Count the different runs that begin at every third character; two may count as one."""
    codes, last = chunk.codes.view(np.uint64), max(len(chunk.codes) - GRAM_CHARS, 0)
    mixed = np.zeros(-(-last // STRIDE), dtype=np.uint64)
    for place in range(GRAM_CHARS):
        mixed ^= codes[place : last + place : STRIDE]
        mixed *= GOLDEN
    text, inside = _owners(chunk.ends, len(mixed))
    keys = (text << OWNER) | (mixed >> (np.uint64(64) - OWNER))
    keys = np.sort(keys[inside])
    new = keys[np.flatnonzero(np.diff(keys, prepend=~keys[:1]))]
    return np.bincount((new >> OWNER).astype(np.int64), minlength=len(chunk.texts))


def _owners(ends: Ints, count: int) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Return the text of each of `count` runs, and whether it ends in that text too."""
    bounds = np.minimum(ends // STRIDE + 1, count)  # the first run that begins after each text
    begun = np.diff(bounds, prepend=0)
    inside = np.arange(count) * STRIDE + GRAM_CHARS <= np.repeat(ends, begun)
    return np.repeat(np.arange(len(ends), dtype=np.uint64), begun), inside


def repeated_phrases(text: str) -> float:
    """Return the share, 0 to 1, of runs of twelve characters that came before, spaces as one."""
    text = " ".join(text.split())
    count = len(text) - GRAM_CHARS + 1
    if count < 1:
        return 0.0
    return 1 - len({text[place : place + GRAM_CHARS] for place in range(count)}) / count
