"""Keeps what is noted of a training, shows its curves while it runs, says what is remarkable."""

import time
from pathlib import Path
from typing import Any

from tunesmith.online.records import curves, line
from tunesmith.online.saved import State
from tunesmith.training.callbacks import duration

LIVE = "curves.csv"  # of the work folder, written anew after every step
TOLD = 20  # lines of a training, about
EQUAL = 1e-9  # deviation of scores below which they are all the same
DULL = 5  # steps in a row without a difference between scores are told of


class Journal:
    """Notes of one training; one process writes and prints."""

    def __init__(
        self, state: State, work: Path, steps: int, epochs_each: float, first: bool
    ) -> None:
        """Begin, or go on.

        Args:
            state: whose history is kept.
            work: folder of the live curves; its name is the phase's.
            steps: of the whole training.
            epochs_each: passes over the prompts that a step makes.
            first: whether this process writes and prints.
        """
        self._state, self._work, self._steps = state, work, steps
        self._epochs_each, self._first = epochs_each, first
        self._began = (time.monotonic(), state.global_step)
        self._dull = False

    def note(self, record: dict[str, Any]) -> None:
        """Keep a record of the newest step."""
        step, history = self._state.global_step, self._state.history
        history.append({"step": step, "epoch": round(step * self._epochs_each, 4), **record})
        if not self._first:
            return
        self._work.mkdir(parents=True, exist_ok=True)
        curves(history).to_csv(self._work / LIVE, index=False, float_format="%.6g")
        if record["split"] == "validation" or step % max(1, self._steps // TOLD) == 0:
            print(line(self._work.name, history[-1], self._steps, self._left()), flush=True)

    def tell(self, words: str) -> None:
        """Print a line."""
        if self._first:
            print(f"{self._work.name}: {words}", flush=True)

    def tell_of_dull_scores(self) -> None:
        """Say once that all answers score the same, from which nothing is learnt."""
        own = [one for one in self._state.history if one["split"] == "train"][-DULL:]
        dull = [one["reward_deviation"] <= EQUAL for one in own]
        if len(dull) == DULL and all(dull) and not self._dull:
            self._dull = True
            self.tell(
                f"all answers of the last {DULL} steps score {own[-1]['reward']:g}: there is "
                "nothing to learn from equal rewards; look at objective.rewards"
            )

    def _left(self) -> str:
        """Return how long the rest will take, in words."""
        started, first = self._began
        each = (time.monotonic() - started) / max(1, self._state.global_step - first)
        return duration(each * (self._steps - self._state.global_step))
