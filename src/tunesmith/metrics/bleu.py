"""Corpus BLEU, each row in the tokens of its language."""

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.bleu_tokens import bleu_tokens
from tunesmith.metrics.metric import Metric
from tunesmith.metrics.overlap import matches
from tunesmith.metrics.tokens import chinese_rows
from tunesmith.stats.resample import Floats

ORDERS = 4


class Bleu(Metric):
    """Corpus BLEU from 0 to 100, one reference, exponential smoothing.

    Equal to sacrebleu 2.6 where all rows are of one language: its tokenizer `zh` for Chinese
    and mixed rows, `13a` for all others. Over several languages each row is tokenised in its
    own way and the counts are pooled; sacrebleu has no such mode, so each language's signature
    is kept.

    Source: Papineni et al. 2002, https://aclanthology.org/P02-1040; Post 2018,
    https://aclanthology.org/W18-6319.
    """

    name = "bleu"
    title = "BLEU"
    scale = 100.0

    def statistics(self, answers: Answers) -> Floats:
        """Return (N, 10): tokens of prediction and reference, then matches and n-grams by order."""
        tokenizers = tuple(tokenizers_of(answers))
        predicted = bleu_tokens(tuple(answers.predictions), tokenizers)
        expected = bleu_tokens(tuple(answers.references), tokenizers)
        grams = [predicted.counts(order) for order in range(1, ORDERS + 1)]
        lengths = np.stack([predicted.lengths, expected.lengths], axis=1)
        shared = matches(predicted, expected, ORDERS)
        return np.hstack([lengths, shared, np.stack(grams, axis=1)]).astype(np.float64)

    def finish(self, totals: Floats) -> Floats:
        """Return BLEU of all four orders; 0 where no token matches."""
        return _bleu(totals, effective=False)

    def rows(self, statistics: Floats) -> Floats | None:
        """Return sentence BLEU: only the orders that a short answer has."""
        return _bleu(statistics, effective=True)

    def signature(self, answers: Answers) -> str | None:
        """Return sacrebleu's signature of each tokenizer that is in use."""
        from sacrebleu.metrics import BLEU

        names = sorted(set(tokenizers_of(answers)))
        return " + ".join(_signature(BLEU(tokenize=name)) for name in names)


def tokenizers_of(answers: Answers) -> list[str]:
    """Return sacrebleu's tokenizer of each row: by its language, else by its reference."""
    rows = chinese_rows(answers.langs, answers.references)
    return ["zh" if chinese else "13a" for chinese in rows]


def _bleu(totals: Floats, effective: bool) -> Floats:
    """Return brevity penalty times the geometric mean of the smoothed n-gram precisions."""
    predicted, expected = totals[..., 0], totals[..., 1]
    matches, grams = totals[..., 2 : 2 + ORDERS], totals[..., 2 + ORDERS :]
    missed = np.cumsum((matches == 0) & (grams > 0), axis=-1)
    smoothed = np.where(matches > 0, matches, 0.5**missed)
    present = grams > 0
    orders = np.maximum(present.sum(axis=-1), 1)
    logs = np.log(smoothed / np.maximum(grams, 1))
    if effective:
        mean = np.where(present, logs, 0).sum(axis=-1) / orders
    else:
        mean = np.where(present.all(axis=-1), logs.mean(axis=-1), -np.inf)
    penalty = np.minimum(0.0, 1 - expected / np.maximum(predicted, 1))
    score: Floats = np.where(matches.any(axis=-1), 100 * np.exp(penalty + mean), 0.0)
    return score


def _signature(metric: object) -> str:
    """Return sacrebleu's signature of a metric for one reference."""
    metric.corpus_score(["a"], [["a"]])  # type: ignore[attr-defined]
    return str(metric.get_signature())  # type: ignore[attr-defined]
