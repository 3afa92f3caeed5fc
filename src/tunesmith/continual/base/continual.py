"""What every way of not forgetting has in common, and the places where it may differ."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tunesmith.component import Component
from tunesmith.methods.base import TrainingMethod


@dataclass(frozen=True)
class Penalty:
    """What is added to the loss while a phase is trained; its evaluation knows nothing of it.

    Attributes:
        of: (inputs, outputs of the model, items or None) → a scalar in nats.
        by_item: it is a mean over the trained tokens or rows of the step, as the loss is, and not
            of the weights alone. `items` counts them; None: take those of the batch.
    """

    of: Callable[[Mapping[str, Any], Any, Any], Any]
    by_item: bool = False


@dataclass(frozen=True)
class Setting:
    """A phase that is about to be trained.

    Attributes:
        model: with the weights of its parent, those that are trained with a gradient.
        earlier: encoded rows that the parent kept, of all that it and its parents have learnt.
        collate: makes a batch of encoded rows.
        work: folder of the phase's checkpoints, where what took long is kept.
        seed: of samples.
        parent: the method that the parent was trained with.
    """

    model: Any
    earlier: list[dict[str, Any]]
    collate: Callable[[list[dict[str, Any]]], dict[str, Any]]
    work: Path
    seed: int
    parent: TrainingMethod | None = None


class Continual(Component):
    """Keeps a phase from forgetting what the model that it starts from has learnt."""

    kind: str

    @property
    def replayed(self) -> float:
        """Share of the rows of an epoch that are earlier ones."""
        return 0.0

    @property
    def reads_reservoir(self) -> bool:
        """True when it needs the rows that the parent kept."""
        return self.replayed > 0

    @property
    def adds_to_loss(self) -> bool:
        """True when it has a penalty: rows are padded then, and every process has the model."""
        return False

    def refusal(self, method: TrainingMethod, weight_decay: float) -> str | None:  # noqa: ARG002
        """Return why a phase of this method cannot be trained so, or None."""
        return None

    def begun(self, model: Any, parent: TrainingMethod, method: TrainingMethod, task: str) -> Any:  # noqa: ARG002
        """Return the model with weights of its own beside the parent's, or None to go on as ever.

        Args:
            model: with the parent's adapter.
            parent: the method of that adapter.
            method: of the phase.
            task: of the phase.

        Raises:
            UserError: the two methods do not fit.
        """
        return None

    def penalty(self, setting: Setting) -> Penalty | None:  # noqa: ARG002
        """Return what is added to the loss of every batch, or None for nothing at all."""
        return None
