"""The judge's verdicts as a metric among the others."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from tunesmith.answers import Answers
from tunesmith.endpoints.replies import Replies
from tunesmith.files import sha256_text
from tunesmith.judge.params import Judge
from tunesmith.judge.request import fingerprint
from tunesmith.judge.verdicts import Verdicts, verdicts
from tunesmith.metrics.metric import Metric
from tunesmith.stats.resample import Floats


class JudgeScore(Metric):
    """Share of rows whose answer a judging model prefers to the reference; ties count half.

    Each row is judged in both orders; a row whose two verdicts disagree is a tie, one without
    both verdicts is not counted, nor is a row beyond `max_rows`. Rows that have none of those
    counted (a small slice) have 0.5 with n = 0.

    Source: Zheng et al. 2023, https://arxiv.org/abs/2306.05685, section 3.4 on swapped positions.
    """

    name = "judge"
    title = "Judge"
    inputs = ("predictions", "references", "prompts")

    def __init__(self, judge: Judge, replies: Replies, seed: int) -> None:
        self.judge, self.replies, self.seed = judge, replies, seed

    def verdicts(self, answers: Answers) -> Verdicts:
        """Return what the judge says; what it said before is not asked again."""
        return verdicts(answers, self.judge, self.replies, self.seed)

    def statistics(self, answers: Answers) -> Floats:
        """Return (N, 2): the row's score and 1, or 0 and 0 where it is not counted."""
        return statistics_of(self.verdicts(answers))

    def finish(self, totals: Floats) -> Floats:
        """Return the mean."""
        score: Floats = totals[..., 0] / np.maximum(totals[..., 1], 1)
        return np.where(totals[..., 1] > 0, score, 0.5)

    def rows(self, statistics: Floats) -> Floats | None:
        """Return (N,) 1, 0.5 or 0; NaN where the row is not counted."""
        return np.where(statistics[:, 1] > 0, statistics[:, 0], np.nan)

    def n(self, statistics: Floats) -> int:
        """Return how many rows are counted."""
        return int(statistics[:, 1].sum())

    def signature(self, answers: Answers) -> str | None:  # noqa: ARG002
        """Return the model, the wording of the question, the criteria and the dials."""
        judge = self.judge
        criteria = sha256_text(judge.criteria)[:8] if judge.criteria else "default"
        return (
            f"model:{judge.model}|prompt:{fingerprint()}|criteria:{criteria}|orders:2|"
            f"temperature:{judge.temperature:g}|max_rows:{judge.max_rows}"
        )


class Judged(NamedTuple):
    """The metric, its row statistics (N, 2) of each model, and what is to be told of each."""

    metric: JudgeScore
    statistics: dict[str, Floats]
    about: dict[str, dict[str, Any]]


def judged(answers: Mapping[str, Answers], judge: Judge, replies: Replies, seed: int) -> Judged:
    """Judge the answers of every model on the same rows.

    Args:
        answers: model → its answers.
        judge: the judging model and its dials.
        replies: recorded ones; `replies.lines()` afterwards holds all that were needed.
        seed: picks the rows.

    Raises:
        UserError: a reply is missing and no server is named, or the server fails.
    """
    metric = JudgeScore(judge, replies, seed)
    found = {model: metric.verdicts(given) for model, given in answers.items()}
    statistics = {model: statistics_of(one) for model, one in found.items()}
    return Judged(metric, statistics, {model: one.about() for model, one in found.items()})


def statistics_of(found: Verdicts) -> Floats:
    """Return (N, 2): the row's score and 1, or 0 and 0 where it is not counted."""
    scores = found.scores()
    return np.stack([np.nan_to_num(scores), ~np.isnan(scores)], axis=1)
