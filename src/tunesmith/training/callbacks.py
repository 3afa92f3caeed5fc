"""What is told beside the training steps: progress, broken losses, losses that say something."""

import time
from typing import Any

from transformers import TrainerCallback

from tunesmith.models.load import peak_compute_memory_bytes
from tunesmith.training.broken import refuse_broken_loss
from tunesmith.training.watch import divergence, overfitting, stuck

MEASURED = {
    "eval_accuracy": "accuracy",
    "eval_macro_f1": "macro-F1",
    "eval_margin": "margin",
    "eval_token_accuracy": "token accuracy",
    "eval_exact_match": "exact match",
    "eval_rouge_l": "ROUGE-L",
}


class Progress(TrainerCallback):  # type: ignore[misc]
    """Prints one line a logging step: step, epoch, loss, speed, memory, time left."""

    def __init__(self, phase: str) -> None:
        self.phase = phase
        self.started = time.monotonic()
        self.first_step = self.first_token = 0

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Remember where the run begins: a resumed one does not begin at step 0."""
        self.started, self.first_step = time.monotonic(), state.global_step
        self.first_token = state.num_input_tokens_seen

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:  # noqa: ARG002
        """Print the newest loss."""
        words = _losses(logs or {})
        if words is None or not state.is_world_process_zero:
            return
        spent = max(time.monotonic() - self.started, 1e-9)
        done = max(state.global_step - self.first_step, 1)
        left = spent / done * (state.max_steps - state.global_step)
        speed = (state.num_input_tokens_seen - self.first_token) / spent
        print(
            f"{self.phase}: step {state.global_step}/{state.max_steps}, epoch {state.epoch:.2f}, "
            f"{words}, {speed:,.0f} tokens/s, {peak_compute_memory_bytes() / 1e9:.2f} GB at most, "
            f"{duration(left)} left",
            flush=True,
        )


class StopOnBrokenLoss(TrainerCallback):  # type: ignore[misc]
    """Stops with a clear line when a loss is no number any more."""

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:  # noqa: ARG002
        """Check the newest losses."""
        for key, name in (("loss", "loss"), ("eval_loss", "validation loss")):
            refuse_broken_loss((logs or {}).get(key, 0.0), state.global_step, name)


class TellOfLosses(TrainerCallback):  # type: ignore[misc]
    """Says once that a training over-fits, and once that it diverges."""

    def __init__(self, phase: str, idle: float | None = None) -> None:
        self.phase, self.idle = phase, idle
        self.told: set[str] = set()

    def on_log(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Look at the losses up to here."""
        since = overfitting(state.log_history)
        if since is not None:
            self._tell(
                "overfitting",
                f"validation loss rises while training loss falls since step {since}: "
                f"over-fitting; the best checkpoint is step {state.best_global_step}",
            )
        found = divergence(state.log_history)
        if found is not None:
            loss, lowest = found["loss"], found["lowest"]
            self._tell(
                "divergence",
                f"loss {loss:.4f} at step {found['step']} is {loss / lowest:.1f} times its lowest, "
                f"{lowest:.4f}: diverging; lower learning_rate",
            )

        if stuck(state.log_history, self.idle):
            self._tell(
                "stuck",
                f"loss has stayed at {self.idle:.4f} for {state.global_step} steps, that of a "
                "model that prefers nothing: are chosen and rejected answers alike? Else raise "
                "learning_rate or lower beta",
            )

    def _tell(self, what: str, line: str) -> None:
        """Print a line unless that was done."""
        if what not in self.told:
            self.told.add(what)
            print(f"{self.phase}: {line}", flush=True)


def _losses(logs: dict[str, Any]) -> str | None:
    """Return the loss in words, and what was measured with it; None where there is no loss."""
    if "eval_loss" not in logs:
        return f"loss {logs['loss']:.4f}" if "loss" in logs else None
    measured = [f"{name} {logs[key]:.4f}" for key, name in MEASURED.items() if key in logs]
    return ", ".join([f"validation loss {logs['eval_loss']:.4f}", *measured])


def duration(seconds: float) -> str:
    """Return a time in the unit in which a person thinks of it."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
