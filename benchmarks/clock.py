"""The seconds of training steps, when the device has done what it was told, and their tokens."""

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


def tokens_a_step(trainer: Any, clock: Clock) -> float:
    """Train by the clock, keeping nothing, and return the mean tokens of a step of this process."""
    counted: list[int] = []
    collator = trainer.data_collator

    def counting(items: Any) -> Any:
        batch = collator(items)
        mask = batch.get("attention_mask")
        counted.append(int(batch["input_ids"].numel() if mask is None else mask.sum()))
        return batch

    trainer.data_collator = counting
    trainer.args.load_best_model_at_end = False
    trainer.add_callback(clock)
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    trainer.train()
    return sum(counted) / len(counted) * int(trainer.args.gradient_accumulation_steps)
