"""The judge's verdicts as a metric among the others."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tunesmith.answers import Answers
from tunesmith.endpoints.endpoint import MANY
from tunesmith.endpoints.replies import Replies
from tunesmith.errors import UserError
from tunesmith.files import sha256_text
from tunesmith.judge.params import Judge
from tunesmith.judge.request import fingerprint
from tunesmith.judge.verdicts import verdicts
from tunesmith.metrics.metric import Metric
from tunesmith.stats.resample import Floats


class JudgeScore(Metric):
    """Share of rows whose answer a judging model prefers to the reference; ties count half.

    Each row is judged in both orders; a row whose two verdicts disagree is a tie. A row counts if
    every model that is asked about has both its verdicts there, so that all are compared on the
    same rows, at most `max_rows`. Rows none of which counts (a small slice) have 0.5 with n = 0.

    Source: Zheng et al. 2023, https://arxiv.org/abs/2306.05685, section 3.4 on swapped positions.
    """

    name = "judge"
    title = "Judge"
    dial = "evaluate.judge"
    inputs = ("predictions", "references", "prompts")

    def __init__(self, judge: Judge, replies: Replies, seed: int) -> None:
        self.judge, self.replies, self.seed = judge, replies, seed
        self._scores: dict[tuple[str, ...], Floats] = {}  # by the predictions

    def ask(self, answers: Mapping[str, Answers]) -> dict[str, dict[str, Any]]:
        """Judge the answers of every model; what the judge said before is not asked again.

        Args:
            answers: model → its answers to the same rows.

        Returns:
            model → `Verdicts.about`, and `counted`: the rows behind the scores of all models.

        Raises:
            UserError: the questions are not there, a reply is missing and no server is named, the
                server fails, no row counts, or the judge decided none of several that it was asked
                about.
        """
        for given in answers.values():
            self.needs(given)
        found = {
            model: verdicts(given, self.judge, self.replies, self.seed)
            for model, given in answers.items()
        }
        about = {model: one.about() for model, one in found.items()}
        scores = np.stack([one.scores() for one in found.values()])
        counted = ~np.isnan(scores).any(axis=0)
        if not counted.any() or any(map(_is_silent, about.values())):
            raise _no_verdict(self.judge.model, about)
        for given, own in zip(answers.values(), scores, strict=True):
            self._scores[tuple(given.predictions)] = np.where(counted, own, np.nan)
        return {model: one | {"counted": int(counted.sum())} for model, one in about.items()}

    def statistics(self, answers: Answers) -> Floats:
        """Return (N, 2) of answers that were asked about: the row's score and 1, 0 and 0 if none.

        Raises:
            KeyError: they were not.
        """
        scores = self._scores[tuple(answers.predictions)]
        return np.stack([np.nan_to_num(scores), ~np.isnan(scores)], axis=1)

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


def _is_silent(about: Mapping[str, Any]) -> bool:
    """Return whether the judge was asked about several rows and decided none.

    Ties of answers that equal their references would hide it.
    """
    asked = about["rows"] - about["same_text"]
    return bool(asked >= MANY and about["judged"] == about["same_text"])


def _no_verdict(judge: str, about: Mapping[str, Mapping[str, Any]]) -> UserError:
    """Return the error that tells how many rows of each model the judge decided."""
    told = ", ".join(
        f"{model} {one['judged'] - one['same_text']} of {one['rows'] - one['same_text']}"
        for model, one in about.items()
    )
    return UserError(
        f"params.yaml: evaluate.judge: {judge} decided too few of the rows that it was asked about "
        f"({told}), so there is no score; read its replies, raise `max_tokens` if it thinks "
        "first, or take another judge"
    )
