"""chrF++: shared runs of characters and words; needs no tokenizer, so languages can mix."""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.columns import chunks, together, words_of
from tunesmith.metrics.metric import Metric
from tunesmith.metrics.overlap import Ints, Side, matches
from tunesmith.stats.resample import Floats

CHAR_ORDERS = 6
WORD_ORDERS = 2
BETA = 2
COLUMNS = 2  # whose words stay split: the references and one model's
SPACES = [code for code in range(0x3001) if chr(code).isspace()]
MARKS = re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
MARK_LAST = re.compile(rf"([{MARKS}])(?<=\S.)(?!\S)")
MARK_FIRST = re.compile(rf"([{MARKS}])(?<!\S.)(?=\S*[^\s{MARKS}](?!\S))")  # and none last


class ChrF(Metric):
    """Corpus chrF++ from 0 to 100: F2 over character 1- to 6-grams and word 1- and 2-grams.

    Equal to sacrebleu 2.6's CHRF(word_order=2) with one reference.

    Source: Popović 2017, https://aclanthology.org/W17-4770.
    """

    name = "chrf"
    title = "chrF++"
    scale = 100.0

    def statistics(self, answers: Answers) -> Floats:
        """Return (N, 24): of each order the n-grams of prediction and reference, and matches."""
        texts = (answers.predictions, answers.references)
        columns = [
            *_columns([_chars(side) for side in texts], CHAR_ORDERS),
            *_columns([_words(tuple(side)) for side in texts], WORD_ORDERS),
        ]
        return np.stack(columns, axis=1).astype(np.float64)

    def finish(self, totals: Floats) -> Floats:
        """Return the F2 of mean precision and mean recall over the orders that both sides have."""
        predicted, expected, matches = (totals[..., place::3] for place in range(3))
        both = (predicted > 0) & (expected > 0)
        orders = np.maximum(both.sum(axis=-1), 1)
        precision = np.where(both, matches / np.maximum(predicted, 1), 0).sum(axis=-1) / orders
        recall = np.where(both, matches / np.maximum(expected, 1), 0).sum(axis=-1) / orders
        weighted = BETA**2 * precision + recall
        safe = np.where(weighted > 0, weighted, 1)
        score: Floats = 100 * (1 + BETA**2) * precision * recall / safe
        return score

    def signature(self, answers: Answers) -> str | None:  # noqa: ARG002
        """Return sacrebleu's signature."""
        from sacrebleu.metrics import CHRF

        metric = CHRF(word_order=WORD_ORDERS)
        metric.corpus_score(["a"], [["a"]])
        return str(metric.get_signature())


def _columns(sides: Sequence[Side], orders: int) -> list[Ints]:
    """Return the three counts of each order; n-grams without any in the reference do not count."""
    columns: list[Ints] = []
    predicted, expected = sides
    shared = matches(predicted, expected, orders)
    for order in range(1, orders + 1):
        wanted = expected.counts(order)
        given = np.where(wanted > 0, predicted.counts(order), 0)
        columns += [given, wanted, shared[:, order - 1]]
    return columns


def _chars(texts: Sequence[str]) -> Side:
    """Return the characters of every text, white space left out."""
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    kept = ~np.isin(codes, SPACES, kind="table")
    rows = np.repeat(np.arange(len(texts)), lengths)
    return Side(np.bincount(rows[kept], minlength=len(texts)), codes[kept])


@lru_cache(maxsize=COLUMNS)
def _words(texts: tuple[str, ...]) -> Side:
    """Return the words of every text, one mark of punctuation at their end or start set apart."""
    return together(
        words_of(_marks_apart(some, between), between) for some, between in chunks(texts)
    )


def _marks_apart(texts: Sequence[str], between: str) -> str:
    """Return texts joined, white space around the marks that are words of their own."""
    joined = "".join(f"{text} {between} " for text in texts)
    for mark in (MARK_FIRST, MARK_LAST):
        joined = "\t".join(mark.split(joined))
    return joined
