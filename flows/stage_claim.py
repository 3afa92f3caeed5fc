"""Keeps a stage from being started while a process of its last run still writes."""

import fcntl
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tunesmith.errors import UserError

CLAIMS = Path(".dvc/tmp/stages")
PATIENCE_SECONDS = 120.0


@contextmanager
def claimed(stage: str, on_line: Callable[[str], None]) -> Iterator[int]:
    """Give an empty file that a stage and all it starts are to have as their standard input.

    The file carries a lock that lasts until the last of them has ended, even if flow, launcher
    and DVC were killed before it.

    Args:
        stage: as DVC addresses it.
        on_line: is told once if there is something to wait for.

    Raises:
        UserError: a process of an earlier run goes on for too long.
    """
    path = CLAIMS / re.sub(r"[^\w.@-]", "_", stage)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        if not _lock(file.fileno()):
            on_line("waits for the end of what an earlier run of this stage has started")
            _wait(file.fileno(), path)
        yield file.fileno()


def _wait(file: int, path: Path) -> None:
    """Return once the lock is ours."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _lock(file):
        if time.monotonic() > deadline:
            raise UserError(
                f"{path}: a process of an earlier run of this stage goes on and may write into "
                f"its outs; `fuser {path}` names it; end it, then run again"
            )
        time.sleep(0.1)


def _lock(file: int) -> bool:
    """Lock an open file, if nobody else has."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
