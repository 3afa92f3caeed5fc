"""What every objective has in common: which rows it reads, and what it becomes for one training."""

from typing import ClassVar

from tunesmith.component import Component
from tunesmith.objectives.base.bound import Bound
from tunesmith.objectives.base.setting import Setting


class TrainingObjective(Component):
    """Decides what a phase optimises.

    Attributes:
        tasks: of the phases that it is for.
        best_by: what those may choose their best checkpoint by; empty: what the task measures.
        in_line: it can take rows one behind the other, and LoRA's fast path.
        online: it makes its own rows, in a loop of its own.
        prompted: tasks of phases in which it also learns from prompts that nobody has answered.
    """

    kind: str
    tasks: ClassVar[tuple[str, ...]]
    best_by: ClassVar[tuple[str, ...]] = ()
    in_line: ClassVar[bool] = False
    online: ClassVar[bool] = False
    prompted: ClassVar[tuple[str, ...]] = ()

    @property
    def asks_reward_model(self) -> bool:
        """Whether the phase has to train `with` a reward model."""
        return False

    def bound(self, setting: Setting) -> Bound | None:
        """Return the objective of one training, or None where the model's own loss is meant.

        Args:
            setting: model, tokenizer and rows; the model has its adapter and is not yet trained.

        Raises:
            UserError: it cannot be computed on these rows or with this model.
        """
        raise NotImplementedError(self.kind)
