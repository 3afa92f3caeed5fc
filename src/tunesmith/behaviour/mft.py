"""MFT, minimum functionality: prompts whose answers are known."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from tunesmith.behaviour.expect import Expect
from tunesmith.behaviour.written import Task, Written, WrittenCase


class MftCase(WrittenCase):
    """One prompt, and what its answer must be where that is not the test's."""

    expect: Expect | None = None


class Mft(Written):
    """Every answer must meet `expect`."""

    kind: Literal["MFT"] = "MFT"
    cases: list[MftCase] = Field(default=[])
    expect: Expect | None = None

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        """Refuse a case of which nothing is expected."""
        written = self.written_cases()
        if self.expect is None and not (written and all(case.expect for case in written)):
            raise ValueError('expect: say what the answer must be, e.g. {"contains": ["7"]}')
        return self

    def written_cases(self) -> Sequence[MftCase]:
        """See `Written`."""
        return self.cases if self.prompt is None else [MftCase(prompt=self.prompt)]

    def with_slots(self) -> list[Expect]:
        """See `Written`."""
        return [self.expect] if self.expect else []

    def asked_of(self) -> Task | None:
        """See `Written`."""
        told = [self.expect, *(case.expect for case in self.cases)]
        return self.task or task_of([one for one in told if one is not None])


def task_of(expected: Sequence[Expect]) -> Task:
    """Return classification where only labels are asked for, else chat."""
    return "classification" if all(one.is_of_labels() for one in expected) else "chat"
