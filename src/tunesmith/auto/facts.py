"""What the rules of auto mode look at."""

from typing import Literal

from tunesmith.component import Component

Fit = Literal["yes", "smaller", "no"]


class Fits(Component):
    """Whether a method fits this device, see tunesmith.advice.

    Attributes:
        fit: `smaller`: in smaller batches, or with activations computed twice.
        rows: of a device and step where it fits smaller; None where packs are made.
        pack_tokens: likewise; None where rows are counted.
        accumulation: steps that make one of the optimizer.
        checkpointing: activations are computed twice.
        why_not: in words, of one that cannot train this model.
    """

    fit: Fit
    rows: int | None = None
    pack_tokens: int | None = None
    accumulation: int = 1
    checkpointing: bool = False
    why_not: str = ""


class Facts(Component):
    """Data, task, model and hardware.

    Attributes:
        task: of the phase.
        rows: to train on.
        mean_tokens: of a row.
        weights: of the base model.
        device: its name.
        gpu: or a CPU.
        commonest: rows of the commonest class over those of the rarest; 1 without classes.
        fits: by kind of method.
    """

    task: str
    rows: int
    mean_tokens: float
    weights: int
    device: str
    gpu: bool
    commonest: float = 1.0
    fits: dict[str, Fits]

    @property
    def tokens(self) -> float:
        """Tokens of all rows."""
        return self.rows * self.mean_tokens
