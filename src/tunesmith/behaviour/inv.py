"""INV, invariance: what does not matter must not change the answer."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from tunesmith.behaviour.same import Same
from tunesmith.behaviour.written import Changing, Task, WrittenCase, refuse_meaning


class InvCase(WrittenCase):
    """One prompt and its variants."""

    variants: list[str] = Field(default=[])


class Inv(Changing):
    """The answer to each variant must be the original's, right or wrong."""

    kind: Literal["INV"] = "INV"
    cases: list[InvCase] = Field(default=[])
    same: Same | None = None  # null: the label of a classifier, the answer of a chat model
    tolerance: float | None = Field(default=None, ge=0, le=1)  # of the label's probability

    _keeps_meaning = field_validator("perturb")(refuse_meaning)

    @model_validator(mode="after")
    def _asks_for_probabilities_of_labels(self) -> Self:
        """Refuse a tolerance where there are no probabilities."""
        if self.tolerance is not None and self.same not in (None, "label"):
            raise ValueError("tolerance: only labels have probabilities; take `same: label`")
        return self

    def written_cases(self) -> Sequence[InvCase]:
        """See `Written`."""
        if self.prompt is None:
            return self.cases
        return [InvCase(prompt=self.prompt, variants=self.variants)]

    def asked_of(self) -> Task | None:
        """See `Written`."""
        if self.task or (self.same is None and self.tolerance is None):
            return self.task
        return "classification" if self.same in (None, "label") else "chat"

    def same_for(self, task: Task) -> Same:
        """Return what must stay in a project of that task."""
        return self.same or ("label" if task == "classification" else "answer")
