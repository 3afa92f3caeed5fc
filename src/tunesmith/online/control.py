"""How much a nat of distance from the reference costs: always the same, or led to a target."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from tunesmith.component import Component

MOST_ERROR = 0.2  # of the target, in which one step sees it


class FixedKl(Component):
    """A nat costs `beta` of reward."""

    kind: Literal["fixed"] = "fixed"
    beta: NonNegativeFloat = 0.05

    def following(self, beta: float, kl: float, answers: int) -> float:  # noqa: ARG002
        """Return the price of the next step, which is that of this one."""
        return beta


class AdaptiveKl(Component):
    """A nat costs `beta` at first, then more above `target` nats of an answer, and less below.

    Source: section 2.2 of https://arxiv.org/abs/1909.08593.
    """

    kind: Literal["adaptive"] = "adaptive"
    beta: PositiveFloat = 0.2
    target: PositiveFloat = 6.0  # nats of a whole answer
    horizon: PositiveInt = 10_000  # answers in which the price can change by a factor of about e

    def following(self, beta: float, kl: float, answers: int) -> float:
        """Return the price of the next step.

        Args:
            beta: the price of this one.
            kl: mean nats of an answer in this one.
            answers: of this one.
        """
        error = min(max(kl / self.target - 1, -MOST_ERROR), MOST_ERROR)
        return beta * (1 + error * answers / self.horizon)


Kl: TypeAlias = Annotated[FixedKl | AdaptiveKl, Field(discriminator="kind")]
