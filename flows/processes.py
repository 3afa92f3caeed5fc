"""Starts a command under the launcher and ends it with all that it has started."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Protocol

from flows import launch

PATIENCE_SECONDS = launch.PATIENCE_SECONDS + 4.0


class Process(Protocol):
    """What has been started, and may be watched and ended."""

    @property
    def stdout(self) -> IO[bytes] | None:
        """What it prints."""
        ...

    def wait(self) -> int:
        """Return its exit code."""
        ...

    def terminate(self) -> None:
        """Ask it to end."""
        ...


@contextmanager
def running(
    command: list[str], stdin: int, env: Mapping[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a command under the launcher; leave no process of it behind."""
    process = subprocess.Popen(
        [sys.executable, "-P", launch.__file__, str(os.getpid()), *command],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=env,
    )
    try:
        yield process
    finally:
        end(process)
        if process.stdout is not None:
            process.stdout.close()


def end(process: "subprocess.Popen[bytes]") -> None:
    """Let a launcher end its tree; it needs a few seconds when a stage does not listen."""
    process.terminate()
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
