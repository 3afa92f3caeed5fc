"""An objective that is bound to a model and its rows: what the Trainer asks at every batch."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tunesmith.tasks.chat import IGNORED

Numbers = dict[str, tuple[Any, Any]]  # name → sum, and over how many; both 0-dimensional tensors


@dataclass(frozen=True)
class Sums:
    """What one batch gives.

    Attributes:
        loss: sum over the items of the batch, with a gradient.
        items: how many; blanks of several processes do not count.
        numbers: what is logged beside it, each without a gradient.
    """

    loss: Any
    items: Any
    numbers: Numbers = field(default_factory=dict)


@dataclass
class Bound:
    """The objective of one training.

    Attributes:
        train: encoded rows, perhaps with columns of the objective's own; each has `input_ids`,
            by whose length rows are grouped, and `labels`, all IGNORED in a blank row.
        validation: likewise.
        collator: makes a batch of them; what it returns has `input_ids` and `attention_mask`.
        names: of the numbers that `sums` gives.
        idle: loss of a model that prefers nothing, where it stays when nothing can be learnt.
        left: files that stay with the model, such as the rows that a teacher made.
        written: of a teacher's answers, how many were taken and left out.
    """

    train: list[dict[str, Any]]
    validation: list[dict[str, Any]]
    collator: Any
    names: tuple[str, ...] = ()
    idle: float | None = None
    left: list[Path] = field(default_factory=list)
    written: dict[str, int] = field(default_factory=dict)

    def sums(self, model: Any, inputs: dict[str, Any]) -> Sums:
        """Return the loss of a batch and the numbers that belong to it.

        Args:
            model: as the Trainer wrapped it, or bare when it evaluates.
            inputs: a batch of `collator`, on the model's device.
        """
        raise NotImplementedError

    def items(self, inputs: dict[str, Any]) -> Any:
        """Return over how many items the loss of a batch is a sum; here its trained tokens."""
        return inputs["labels"][..., 1:].ne(IGNORED).sum()

    def findings(self, model: Any) -> dict[str, Any]:  # noqa: ARG002
        """Return what is measured once, on the best model, for `reports/training/<phase>.json`."""
        return {"teacher_answers": self.written} if self.written else {}
