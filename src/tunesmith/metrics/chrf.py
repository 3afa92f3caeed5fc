"""chrF++: shared runs of characters and words; needs no tokenizer, so languages can mix."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.metric import Metric
from tunesmith.metrics.overlap import Ints, Side, shared
from tunesmith.stats.resample import Floats

CHAR_ORDERS = 6
WORD_ORDERS = 2
BETA = 2
PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


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
        chars = [
            Side([[ord(char) for char in "".join(text.split())] for text in texts])
            for texts in (answers.predictions, answers.references)
        ]
        numbers: dict[str, int] = defaultdict(lambda: len(numbers))
        words = [
            Side([[numbers[word] for word in _words(text)] for text in texts])
            for texts in (answers.predictions, answers.references)
        ]
        columns = [*_columns(chars, CHAR_ORDERS), *_columns(words, WORD_ORDERS)]
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
    for order in range(1, orders + 1):
        wanted = expected.counts(order)
        given = np.where(wanted > 0, predicted.counts(order), 0)
        columns += [given, wanted, shared(predicted, expected, order)]
    return columns


def _words(text: str) -> list[str]:
    """Return the words of a text, one mark of punctuation at their end or start set apart."""
    words: list[str] = []
    for word in text.split():
        if len(word) > 1 and word[-1] in PUNCTUATION:
            words += [word[:-1], word[-1]]
        elif len(word) > 1 and word[0] in PUNCTUATION:
            words += [word[0], word[1:]]
        else:
            words.append(word)
    return words
