"""What must change, and how, between the answer to an original and to its variant."""

from collections.abc import Iterator, Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from tunesmith.behaviour.answer import Answer
from tunesmith.behaviour.expect import LABELS, Expect
from tunesmith.behaviour.perturbations.mentions import mentions
from tunesmith.behaviour.phrases import same_answer, says
from tunesmith.component import Component

Moves = Literal["up", "down", "not_up", "not_down"]
Swaps = Sequence[Sequence[str]]  # (old, new)
NO_ROOM = "the probability of the label has no room to move"
ROUNDING = 1e-9  # 0.9 - 0.6 is more than 0.3


class Probability(Component):
    """How the probability of a label moves from the original to the variant.

    `not_down` allows a fall of up to `margin`, `up` asks for a rise of at least `margin`; `not_up`
    and `down` the other way round.
    """

    of: str | None = None  # a label; null: the one that the model gave the original
    moves: Moves
    margin: float = Field(default=0.0, ge=0, le=1)

    def has_room(self, original: Answer) -> bool:
        """False where the margin leaves no room: what is at 0.05 cannot fall by 0.1.

        Without room `up` and `down` could not pass, `not_up` and `not_down` not fail.

        Source: such cases do not count in CheckList's `Expect.monotonic` either.
        """
        before = original.probability(self._label(original))
        room = before if self.moves.endswith("down") else 1 - before
        if self.moves in ("up", "down"):
            return room > ROUNDING and room >= self.margin - ROUNDING
        return room > self.margin

    def _label(self, original: Answer) -> str:
        """Return the label whose probability is looked at."""
        return original.label if self.of is None else self.of

    def problems(self, original: Answer, variant: Answer) -> Iterator[str]:
        """Yield what is wrong with the move."""
        label = self._label(original)
        before, after = original.probability(label), variant.probability(label)
        rise = after - before
        holds = {
            "up": rise > 0 and rise >= self.margin - ROUNDING,
            "down": rise < 0 and -rise >= self.margin - ROUNDING,
            "not_up": rise <= self.margin + ROUNDING,
            "not_down": -rise <= self.margin + ROUNDING,
        }
        if not holds[self.moves]:
            yield f"the probability of {label} went from {before:.2f} to {after:.2f}"


class Change(Expect):
    """Conditions of the variant's answer beside the original's; those of `Expect` hold too."""

    changes: bool | None = None  # true: another answer than the original's; false: the same
    probability: Probability | None = None
    carries_swap: bool | None = None  # true: what was put in is said, and what was taken out is not

    @model_validator(mode="after")
    def _names_no_false(self) -> Self:
        """Refuse a swap that must not be carried: say `not_contains` or `changes: false`."""
        if self.carries_swap is False:
            raise ValueError("carries_swap: leave it out, or say `changes: false`")
        return self

    def is_of_labels(self) -> bool:
        """See `Expect.is_of_labels`; a probability is one of labels."""
        return set(self.given()) <= {*LABELS, "probability"}

    def why_not_asked(self, original: Answer) -> str | None:
        """Return why no answer to the variant could be right, or none wrong; None: it decides."""
        move = self.probability
        if move is None or move.has_room(original):
            return None
        cannot_pass = move.moves in ("up", "down")
        alone = set(self.given()) == {"probability"}
        return NO_ROOM if cannot_pass or alone else None

    def problems_between(self, original: Answer, variant: Answer, swaps: Swaps) -> Iterator[str]:
        """Yield each condition that the variant's answer does not meet, in words."""
        yield from self.problems(variant)
        if self.changes is not None and same_answer(original.text, variant.text) == self.changes:
            yield "the answer stayed the same" if self.changes else "the answer changed"
        if self.probability is not None:
            yield from self.probability.problems(original, variant)
        if self.carries_swap:
            yield from carried(variant, swaps)


def carried(variant: Answer, swaps: Swaps) -> Iterator[str]:
    """Yield what was put in and is not said, and what was taken out and is said still."""
    put_in = [new for _, new in swaps]
    for old, new in swaps:
        if not says(variant.text, new):
            yield f'it lacks "{new}"'
        if mentions(variant.text, old) and not any(says(one, old) for one in put_in):
            yield f'it still says "{old}"'
