"""Two stages run at once while a person looks at the status."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from flows.runner import Outcome, reproduce
from tests.flows.toy import edit, locked

TURNS = int(os.environ.get("TUNESMITH_F7_TURNS", "3"))


@pytest.mark.fault
def test_f7_siblings_that_run_at_once_are_both_recorded_while_somebody_asks_for_the_status(
    finished: Path, seen: Callable[..., None]
) -> None:
    over = threading.Event()
    asked: list[int] = []
    person = threading.Thread(target=ask_for_the_status, args=(over, asked))
    person.start()
    try:
        with ThreadPoolExecutor(2) as both:
            for turn in range(TURNS):
                turn_the_dials(turn)
                ended = both.map(quietly, ["train@sft", "train@dpo"])
                assert list(ended) == [Outcome.RAN] * 2
                assert [lr_of("sft"), lr_of("dpo")] == [1 + turn, 101 + turn]
    finally:
        over.set()
        person.join()
    assert asked
    assert set(asked) <= {0, 1, 255}, "1: something has changed; 255: the lock was taken too long"
    assert list(locked()) == ["collect", "clean", "train@sft", "train@dpo", "report"]
    seen(f"{TURNS} turns, {len(asked)} times `dvc status` beside them: no entry lost")


def turn_the_dials(turn: int) -> None:
    """Give both stages a learning rate that they never had."""
    old = ("0.1", "0.2") if turn == 0 else (str(turn), str(100 + turn))
    edit("params.yaml", f"sft: {{lr: {old[0]}}}", f"sft: {{lr: {1 + turn}}}")
    edit("params.yaml", f"dpo: {{lr: {old[1]}}}", f"dpo: {{lr: {101 + turn}}}")


def quietly(stage: str) -> Outcome:
    return reproduce(stage, on_line=lambda _: None)


def lr_of(phase: str) -> float:
    """Return the learning rate with which dvc.lock says that a phase was trained."""
    entry: Any = locked()[f"train@{phase}"]
    return float(entry["params"]["params.yaml"][f"phases.{phase}"]["lr"])


def ask_for_the_status(over: threading.Event, asked: list[int]) -> None:
    """Ask for the status again and again, as a person would; keep the exit codes."""
    while not over.is_set():
        command = [sys.executable, "-m", "dvc", "status", "-q"]
        done = subprocess.run(command, check=False, capture_output=True)
        asked.append(done.returncode)
