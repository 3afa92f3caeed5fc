"""ROUGE-L: the longest run of tokens, gaps allowed, that prediction and reference share."""

from itertools import pairwise

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.columns import tokens_of
from tunesmith.metrics.f_measure import f_measure
from tunesmith.metrics.metric import RowMean
from tunesmith.metrics.overlap import Ints, Side, row_blocks
from tunesmith.stats.resample import Floats

BLOCK_SYMBOLS = 500_000  # are compared at once: there are more characters than that
SURROGATES = range(0xD800, 0xE000)  # code points that are no character


class RougeL(RowMean):
    """F-measure of the longest common subsequence of tokens; Chinese by character.

    Source: Lin 2004, https://aclanthology.org/W04-1013. Equal to rouge_score 0.1.2 with the same
    tokens and no stemming, computed by rapidfuzz's bit-parallel search. Texts without any token
    score 1 when equal, otherwise 0.
    """

    name = "rouge_l"
    title = "ROUGE-L"

    def scores(self, answers: Answers) -> Floats:
        """Return (N,) from 0 to 1."""
        predicted = tokens_of(tuple(answers.predictions)).side
        expected = tokens_of(tuple(answers.references)).side
        shared = _lcs_lengths(predicted, expected)
        return f_measure(shared, predicted.lengths, expected.lengths, answers)


def _lcs_lengths(first: Side, second: Side) -> Ints:
    """Return (N,) the length of a longest common subsequence of each two texts."""
    from rapidfuzz import process
    from rapidfuzz.distance import LCSseq

    found = np.zeros(len(first), dtype=np.int64)
    ends = first.ends(), second.ends()
    for rows in row_blocks(ends[0] + ends[1], BLOCK_SYMBOLS):
        sides = _as_texts([_part(first, ends[0], rows), _part(second, ends[1], rows)])
        found[rows] = process.cpdist(*sides, scorer=LCSseq.similarity, dtype=np.int64)
    return found


def _part(side: Side, ends: Ints, rows: slice) -> Side:
    """Return some rows of a side."""
    return Side(side.lengths[rows], side.symbols[ends[rows.start] : ends[rows.stop]])


def _as_texts(sides: list[Side]) -> list[list[str]]:
    """Return texts in which every symbol is one character, which rapidfuzz compares fastest."""
    symbols = np.concatenate([side.symbols for side in sides])
    codes = np.unique(symbols, return_inverse=True)[1]
    codes += np.where(codes >= SURROGATES.start, len(SURROGATES), 0)
    joined = codes.astype("<u4").tobytes().decode("utf-32-le")
    ends = np.cumsum(np.concatenate([[0], *(side.lengths for side in sides)])).tolist()
    texts = [joined[start:end] for start, end in pairwise(ends)]
    return [texts[: len(sides[0])], texts[len(sides[0]) :]]
