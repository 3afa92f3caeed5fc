"""When training ends before its last step: asked to by a signal, or because nothing is gained."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from transformers import TrainerCallback

STOPPED_EXIT_CODE = 143  # as a shell tells of SIGTERM, and the flow with it


class StopOnSignal(TrainerCallback):  # type: ignore[misc]
    """Saves at the end of the step in which SIGTERM came, then ends the process with 143."""

    def __init__(self, phase: str) -> None:
        self.phase = phase
        self.asked = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen to SIGTERM within the block.

        It comes more than once when a flow ends a stage: from the flow, and again when the shell
        and DVC, which it ends too, are gone (stage.die_with_parent). SIGKILL ends it at once.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGTERM, self._ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)

    def _ask(self, _number: int, _frame: object) -> None:
        """Remember the wish."""
        self.asked = True

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Have a checkpoint made."""
        if self.asked:
            control.should_save = True

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """End, now that there is a checkpoint."""
        if self.asked:
            self._end(state.global_step)

    def _end(self, step: int) -> NoReturn:
        print(f"{self.phase}: stopped after step {step}; the next run goes on there", flush=True)
        sys.exit(STOPPED_EXIT_CODE)


class EarlyStopping(TrainerCallback):  # type: ignore[misc]
    """Stops when `patience` evaluations in a row brought no new best.

    It counts in the history, which a checkpoint holds, so that a resumed training stops where one
    that was never interrupted does; transformers' own starts to count from zero.
    """

    def __init__(self, patience: int) -> None:
        self.patience = patience

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Train no further from a checkpoint after which the training had stopped."""
        self._look(args, state, control)

    def on_evaluate(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Look at the newest evaluation."""
        self._look(args, state, control)

    def _look(self, args: Any, state: Any, control: Any) -> None:
        values = evaluations(state.log_history, args.metric_for_best_model)
        if since_best(values, args.greater_is_better) >= self.patience:
            control.should_training_stop = True


def evaluations(history: list[dict[str, Any]], metric: str) -> list[float]:
    """Return a metric of every evaluation so far."""
    return [entry[metric] for entry in history if metric in entry]


def since_best(values: list[float], greater_is_better: bool) -> int:
    """Return how many evaluations came after the best, the first of equals; 0 without any."""
    best = None
    for position, value in enumerate(values):
        better = best is None or (
            value > values[best] if greater_is_better else value < values[best]
        )
        best = position if better else best
    return 0 if best is None else len(values) - 1 - best
