"""A loss or weights that are no numbers any more: refused before anything is saved."""

import math
from typing import Any

from tunesmith.errors import UserError

WAY_OUT = "lower phases.<name>.learning_rate, or look at the longest rows"


def refuse_broken_loss(loss: float, step: int, name: str = "loss") -> None:
    """Refuse a loss that is not finite.

    Raises:
        UserError: names the step.
    """
    if not math.isfinite(loss):
        raise UserError(f"the {name} is {loss} at step {step}; {WAY_OUT}")


def refuse_broken_weights(model: Any, step: int) -> None:
    """Refuse trained weights of which one is not finite; they would be saved as if they were.

    Raises:
        UserError: names the step and the first such weight.
    """
    for name, weight in model.named_parameters():
        if weight.requires_grad and not weight.detach().isfinite().all():
            raise UserError(f"{name} is no number any more at step {step}; {WAY_OUT}")
