"""Stands between the flow and DVC: when either of them ends, all that the stage started ends.

DVC starts a stage through a shell, and a killed DVC (or a killed flow) leaves shell and trainer
running, writing into outputs that the next run uses. This process adopts what DVC leaves behind
(Linux: child subreaper) and ends it; it watches its own parent too.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn, Protocol

import psutil

from tunesmith.stage import die_with_parent

GRACE_SECONDS = 3.0
PATIENCE_SECONDS = 6.0
STOPPED_EXIT_CODE = 143
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stopped(BaseException):
    """The flow wants this stage to end, or has itself ended."""


class Child(Protocol):
    """A process that the launcher has started."""

    pid: int

    def wait(self, timeout: float) -> int:
        """Return its exit code, below zero for a signal; `TimeoutExpired` if it goes on."""
        ...


def main(parent: int, command: list[str]) -> int:
    """Run the command as a child of this process and return its exit code, as a shell gives it."""

    def start() -> Child:
        return subprocess.Popen(command, preexec_fn=die_with_parent)  # noqa: PLW1509

    on_stop_signals(stop)
    try:
        take_charge()
        return run_to_end(start, parent)
    except Stopped:
        return STOPPED_EXIT_CODE


def take_charge() -> None:
    """Adopt what descendants leave behind, and end with the parent."""
    _adopt_orphans()
    die_with_parent()


def run_to_end(start: Callable[[], Child], parent: int) -> int:
    """Start a child, wait for it, end what it leaves; return its exit code, as a shell gives it.

    Signals that ask this process to end are ignored from then on.

    Raises:
        Stopped: this process is to end; child and descendants have been ended.
    """
    child: Child | None = None
    try:
        child = start()
        code = _wait(child, parent)
    finally:
        on_stop_signals(signal.SIG_IGN)
        end_descendants(GRACE_SECONDS, last=child.pid if child else None)
    return code if code >= 0 else 128 - code


def on_stop_signals(handler: Any) -> None:
    """Let `handler` answer every signal that asks this process to end."""
    for number in STOP_SIGNALS:
        signal.signal(number, handler)


def stop(_number: int, _frame: object) -> NoReturn:
    """Stop once: a second signal must not break into the ending of what runs."""
    on_stop_signals(signal.SIG_IGN)
    raise Stopped


def _wait(child: Child, parent: int) -> int:
    """Wait for the child; where the system does not tell us of our parent's end, look for it."""
    while os.getppid() == parent:
        try:
            return child.wait(timeout=0.5)
        except subprocess.TimeoutExpired:
            _take_leave(child.pid)
    raise Stopped


def _take_leave(child: int) -> None:
    """Reap what was adopted and has ended; DVC takes such a process for one that holds its lock."""
    if sys.platform != "linux":
        return
    look = os.WEXITED | os.WNOHANG | os.WNOWAIT
    with suppress(ChildProcessError):
        while (ended := os.waitid(os.P_ALL, 0, look)) and ended.si_pid != child:
            os.waitpid(ended.si_pid, 0)


def _adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends (Linux only)."""
    if sys.platform == "linux":
        pr_set_child_subreaper = 36
        ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1)


def end_descendants(grace_seconds: float, last: int | None = None) -> None:
    """End every descendant of this process: asked at first, killed after the grace.

    The process `last`, DVC, is asked only when half the grace is over: while its stage ends, DVC
    still gives its locks back, and a stage that had just finished is still recorded.
    """
    started = time.monotonic()
    asked: set[int] = set()
    while (running := _descendants()) and (waited := time.monotonic() - started) < PATIENCE_SECONDS:
        for process in running:
            spared = process.pid == last and waited < grace_seconds / 2
            with suppress(psutil.NoSuchProcess):
                if waited >= grace_seconds:
                    process.kill()
                elif process.pid not in asked and not spared:
                    asked.add(process.pid)
                    process.terminate()
        time.sleep(0.02)


def _descendants() -> list[psutil.Process]:
    """Return the descendants that still run; those that ended are reaped."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
