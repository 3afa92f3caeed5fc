"""Several rewards as one: the weighted sum, looked at before it is learnt from."""

import math
from collections.abc import Sequence

from tunesmith.errors import UserError
from tunesmith.rewards.base import Answer, Place, Reward


class Combined:
    """Scores answers by all rewards of a phase."""

    def __init__(self, rewards: Sequence[Reward], place: Place) -> None:
        """Load what the rewards need."""
        self._parts = [(reward, reward.scorer(place)) for reward in rewards]

    def __call__(self, answers: list[Answer]) -> list[float]:
        """Return the weighted sum of the rewards of each answer.

        Raises:
            UserError: a reward is no finite number; it and the answer are named.
        """
        totals = [0.0] * len(answers)
        for reward, scorer in self._parts:
            scores = scorer(answers)
            _refuse_broken(reward, scores, answers)
            totals = [t + reward.weight * s for t, s in zip(totals, scores, strict=True)]
        return totals


def _refuse_broken(reward: Reward, scores: list[float], answers: list[Answer]) -> None:
    """Refuse scores that are no numbers."""
    bad = [place for place, score in enumerate(scores) if not math.isfinite(score)]
    if bad:
        row = answers[bad[0]].row
        raise UserError(
            f"reward {reward.kind} is {scores[bad[0]]} for {len(bad):,} of {len(scores):,} "
            f"answers, first to the prompt of {row.get('source')}; a reward has to be a finite "
            "number for any answer"
        )
