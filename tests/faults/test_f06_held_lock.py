"""Somebody's DVC command holds DVC's lock just as a stage ends."""

import fcntl
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.runner import Outcome, reproduce
from tests.flows.toy import add_python_stage, locked

HELD_SECONDS = 15.0  # DVC's own patience is 3


@pytest.mark.fault
def test_f6_a_result_is_kept_when_dvc_s_lock_is_held_as_the_stage_ends(
    fresh: Path, seen: Callable[..., None]
) -> None:
    add_python_stage("work", "import time\nprint('up', flush=True)\ntime.sleep(0.5)\n")
    with Path(".dvc/tmp/lock").open("a") as held:
        freed = threading.Event()

        def let_go() -> None:
            freed.set()
            fcntl.flock(held, fcntl.LOCK_UN)

        timer = threading.Timer(HELD_SECONDS, let_go)

        def hold(line: str) -> None:
            if line == "up":
                fcntl.flock(held, fcntl.LOCK_EX)
                timer.start()

        try:
            assert reproduce("work", on_line=hold) is Outcome.RAN
            assert freed.is_set()
        finally:
            timer.cancel()
    assert "work" in locked()
    assert reproduce("work") is Outcome.UNCHANGED
    seen(f"waited {HELD_SECONDS:.0f} s for the lock, recorded the result, trained nothing again")
