"""DIR, direction: what matters must change the answer, and this way."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from tunesmith.behaviour.change import Change
from tunesmith.behaviour.expect import Expect
from tunesmith.behaviour.mft import task_of
from tunesmith.behaviour.perturbations import SWAPPING
from tunesmith.behaviour.written import Changing, Task, WrittenCase


class DirCase(WrittenCase):
    """One prompt, its variants, and what must become of the answer where that is not the test's."""

    variants: list[str] = Field(default=[])
    expect: Change | None = None


class Dir(Changing):
    """The answer to each variant must meet `expect`, beside the original's."""

    kind: Literal["DIR"] = "DIR"
    cases: list[DirCase] = Field(default=[])
    expect: Change | None = None

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        """Refuse a case of which nothing is expected."""
        written = self.written_cases()
        if self.expect is None and not (written and all(case.expect for case in written)):
            raise ValueError('expect: say how the answer must change, e.g. {"changes": true}')
        return self

    @model_validator(mode="after")
    def _swaps_what_must_be_carried(self) -> Self:
        """Refuse `carries_swap` where a variant has no swap: every answer would carry it."""
        told = [self.expect, *(case.expect for case in self.cases)]
        if any(one is not None and one.carries_swap for one in told):
            written = self.vary or any(case.variants for case in self.written_cases())
            if written or not set(self.perturb) <= SWAPPING:
                raise ValueError(
                    f"carries_swap: only {', '.join(sorted(SWAPPING))} swap; elsewhere say what "
                    "the answer must contain"
                )
        return self

    def written_cases(self) -> Sequence[DirCase]:
        """See `Written`."""
        if self.prompt is None:
            return self.cases
        return [DirCase(prompt=self.prompt, variants=self.variants)]

    def with_slots(self) -> list[Expect]:
        """See `Written`."""
        return [*super().with_slots(), *([self.expect] if self.expect else [])]

    def asked_of(self) -> Task | None:
        """See `Written`."""
        told = [self.expect, *(case.expect for case in self.cases)]
        given = [one for one in told if one is not None]
        if self.task or all(set(one.given()) == {"changes"} for one in given):
            return self.task
        return task_of(given)
