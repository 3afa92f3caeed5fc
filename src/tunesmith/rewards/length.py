"""A reward for answers that are neither too short nor too long."""

from typing import Literal

from pydantic import PositiveInt, model_validator

from tunesmith.rewards.base import Place, Reward, Scorer


class Length(Reward):
    """0 from `at_least` to `at_most` tokens, the end included; -1 for twice as far, or nothing.

    Outside it falls in a line: 15 tokens where 10 are allowed give -0.5, 2 where 4 are asked too.
    """

    kind: Literal["length"] = "length"
    at_least: PositiveInt = 1
    at_most: PositiveInt

    @model_validator(mode="after")
    def _has_room(self) -> "Length":
        """Refuse bounds between which there is nothing."""
        if self.at_least > self.at_most:
            raise ValueError(f"at_least: {self.at_least} is more than at_most, {self.at_most}")
        return self

    def scorer(self, place: Place) -> Scorer:  # noqa: ARG002
        """Return what measures answers."""
        return lambda answers: [self._score(answer.tokens) for answer in answers]

    def _score(self, tokens: int) -> float:
        short, long = self.at_least - tokens, tokens - self.at_most
        return -min(1.0, max(0.0, short / self.at_least, long / self.at_most))
