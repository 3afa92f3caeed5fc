"""A reward for saying just what the row says."""

from typing import Literal

from tunesmith.errors import UserError
from tunesmith.metrics.tokens import trimmed
from tunesmith.rewards.base import Answer, Place, Reward, Scorer
from tunesmith.rows import reference_of


class ExactMatch(Reward):
    """1 for the answer of the row, which of two is the chosen one; 0 for any other."""

    kind: Literal["exact_match"] = "exact_match"

    def scorer(self, place: Place) -> Scorer:  # noqa: ARG002
        """Return what compares answers with those of the rows."""
        return lambda answers: [_match(answer) for answer in answers]


def _match(answer: Answer) -> float:
    """Compare one answer.

    Raises:
        UserError: the row has none.
    """
    right = reference_of(answer.row)
    if not right:
        raise UserError(
            f"{answer.row.get('source')}: the row has no answer that exact_match could compare "
            "with; take another reward, or rows with answers"
        )
    return float(trimmed(answer.text) == trimmed(right))
