"""What happens beside the training steps: progress for people, a stop when the loss breaks."""

import math
import time
from typing import Any

from transformers import TrainerCallback

from tunesmith.errors import UserError


class Progress(TrainerCallback):  # type: ignore[misc]
    """Prints one line a logging step: step, epoch, loss, time left."""

    def __init__(self, phase: str) -> None:
        self.phase = phase
        self.started = time.monotonic()
        self.first_step = 0

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Remember where the run begins: a resumed one does not begin at step 0."""
        self.started, self.first_step = time.monotonic(), state.global_step

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:  # noqa: ARG002
        """Print the newest loss."""
        loss = (logs or {}).get("loss", (logs or {}).get("eval_loss"))
        if loss is None or not state.is_world_process_zero:
            return
        name = "validation loss" if "eval_loss" in logs else "loss"
        accuracy = f", accuracy {logs['eval_accuracy']:.4f}" if "eval_accuracy" in logs else ""
        done = max(state.global_step - self.first_step, 1)
        left = (time.monotonic() - self.started) / done * (state.max_steps - state.global_step)
        print(
            f"{self.phase}: step {state.global_step}/{state.max_steps}, epoch {state.epoch:.2f}, "
            f"{name} {loss:.4f}{accuracy}, {left:.0f} s left",
            flush=True,
        )


class StopOnBrokenLoss(TrainerCallback):  # type: ignore[misc]
    """Stops with a clear line when the loss is no number any more."""

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:  # noqa: ARG002
        """Check the newest loss."""
        loss = (logs or {}).get("loss", 0.0)
        if not math.isfinite(loss):
            raise UserError(
                f"the loss is {loss} at step {state.global_step}; lower "
                "phases.<name>.learning_rate, or look at the longest rows"
            )
