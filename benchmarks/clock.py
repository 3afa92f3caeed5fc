"""The seconds of training steps, when the device has done what it was told."""

import time
from typing import Any

import torch
from transformers import TrainerCallback


class Clock(TrainerCallback):  # type: ignore[misc]
    """Counts the seconds from the end of the warm steps to the end of the last.

    Args:
        warm: steps before it starts.
        last: step after which the training stops; None: at its own end.
    """

    def __init__(self, warm: int, last: int | None = None) -> None:
        self.warm, self.last = warm, last
        self.started = self.seconds = 0.0

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Look at the clock."""
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        now = time.monotonic()
        if state.global_step == self.warm:
            self.started = now
        self.seconds = now - self.started
        if state.global_step == self.last:
            control.should_training_stop = True
            control.should_evaluate = control.should_save = False
