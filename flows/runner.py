"""Runs one stage through DVC in a process of its own, streams what it prints, says how it ended."""

import errno
import os
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO

from flows import dvc_at_hand, dvc_process
from flows.masking import masked
from flows.processes import Process, running
from flows.stage_claim import claimed
from tunesmith.errors import UserError
from tunesmith.stage import FULL_DISK, QUIET_AND_OFFLINE

KEPT_LINES = 60
WEBHOOK = "TUNESMITH_WEBHOOK"


class Outcome(StrEnum):
    """How a stage came to its outputs; each is the name of a Prefect state."""

    RAN = "Ran"
    UNCHANGED = "Unchanged"
    RESTORED = "Restored"
    PULLED = "Pulled"


class StageFailed(Exception):  # noqa: N818
    """A stage did not come to its outputs; nothing of it is in dvc.lock."""

    def __init__(self, stage: str, reason: str, tail: tuple[str, ...] = ()) -> None:
        """Keep the stage, the reason in one line, and the last lines that it printed."""
        super().__init__(f"{stage}: {reason}")
        self.stage = stage
        self.reason = reason
        self.tail = tail


class DvcFailed(Exception):  # noqa: N818
    """A DVC command that is no stage did not end well."""

    def __init__(self, reason: str) -> None:
        """Keep DVC's reason in one line."""
        super().__init__(reason)
        self.reason = reason


def get_ready() -> None:
    """Let DVC be imported for the first stage while this process does something else."""
    dvc_at_hand.get_ready(environment())


def dvc(*command: str) -> None:
    """Run a DVC command in the project of the current folder, as `reproduce` runs a stage.

    Raises:
        DvcFailed: with DVC's last `ERROR: …` line.
    """
    report = _Report("")
    with _nothing() as stdin, _dvc(command, stdin, environment()) as process:
        for raw in _lines(process):
            report.add(_text(raw))
        code = process.wait()
    if code != 0:
        raise DvcFailed(report.reason(code))


def module(name: str, *arguments: str, on_line: Callable[[str], None] = print) -> None:
    """Run a module of ours that is no stage in a process of its own, as `reproduce` runs a stage.

    Raises:
        StageFailed: with its own `error: …` line where it printed one.
    """
    command = [sys.executable, "-m", name, *arguments]
    _hear(name, running(command, subprocess.DEVNULL, environment()), on_line)


def experiment(
    name: str, stage: str, dials: Sequence[str], *, on_line: Callable[[str], None] = print
) -> None:
    """Run a stage, and all before it, as a DVC experiment in a temporary folder.

    The working copy stays as it is. Stages import the code that the experiment was made with.

    Args:
        name: of the experiment; there is none of that name yet.
        stage: as DVC addresses it.
        dials: arguments that set them, see tunesmith.search.overrides.
        on_line: is given each line as it is printed; what it raises ends the experiment.

    Raises:
        StageFailed: with the stage's own `error: …` line where it printed one.
    """
    words = ["exp", "run", "--temp", "--name", name, *dials, stage]
    with _nothing() as stdin:
        _hear(stage, _dvc(words, stdin, _code_of_folder()), on_line)


def _hear(
    name: str, started: AbstractContextManager[Process], on_line: Callable[[str], None]
) -> None:
    """Hand on what a command that is known by a name prints, to its end.

    Raises:
        StageFailed: with its own `error: …` line where it printed one.
    """
    report = _Report(name)
    with started as process:
        for raw in _lines(process):
            report.add(line := _text(raw))
            if line.strip():
                on_line(line)
        code = process.wait()
    if code != 0:
        raise StageFailed(name, report.reason(code), tuple(report.tail))


def _code_of_folder() -> dict[str, str]:
    """Return the environment in which a process imports the code of the folder that it runs in."""
    found = environment()
    rest = [path for path in found.get("PYTHONPATH", "").split(os.pathsep) if path]
    return {**found, "PYTHONPATH": os.pathsep.join(["src", *rest])}


def reproduce(
    stage: str,
    *,
    pull: bool = False,
    force: bool = False,
    timeout_seconds: float | None = None,
    on_line: Callable[[str], None] = print,
) -> Outcome:
    """Bring one stage up to date in the project of the current folder.

    DVC waits for its lock as long as it takes: without that, a finished training is thrown away
    when somebody's `dvc status` holds the lock at the wrong moment. Whatever ends this call, an
    exception or the end of this process, ends the stage's processes too; until the last of them
    is gone, the stage is not started again.

    Args:
        stage: as DVC addresses it, `train@sft`; or the path of a `.dvc` file.
        pull: let DVC fetch outputs that the remote has instead of running the stage.
        force: run it even if nothing changed, and without the run cache.
        timeout_seconds: end the stage when it takes longer.
        on_line: is given each line as it is printed.

    Raises:
        StageFailed: with the stage's own `error: …` line where it printed one.
    """
    command = ["repro", "--single-item", stage, *["--pull"] * pull, *["--force"] * force]
    try:
        with claimed(stage, on_line) as claim:
            return _reproduce(stage, command, claim, timeout_seconds, on_line)
    except UserError as error:
        raise StageFailed(stage, str(error)) from None


def _reproduce(
    stage: str,
    command: list[str],
    stdin: int,
    timeout_seconds: float | None,
    on_line: Callable[[str], None],
) -> Outcome:
    """Run DVC's command for a stage, hand on what it prints, and say how it ended."""
    report = _Report(stage)
    with (
        _dvc(command, stdin, environment()) as process,
        _deadline(process, timeout_seconds) as expired,
    ):
        for raw in _lines(process):
            line = _text(raw)
            report.add(line)
            if line.strip() and not line.startswith(_CHATTER):
                on_line(line)
        code = process.wait()
    if expired.is_set():
        limit = f"{(timeout_seconds or 0) / 60:g} minutes"
        raise StageFailed(stage, f"took longer than {limit}, its timeout", tuple(report.tail))
    if code != 0:
        raise StageFailed(stage, report.reason(code), tuple(report.tail))
    return report.outcome()


def _lines(process: Process) -> IO[bytes]:
    """Return what it prints, line by line."""
    assert process.stdout is not None
    return process.stdout


@contextmanager
def _nothing() -> Iterator[int]:
    """Give a standard input from which there is nothing to read."""
    with Path(os.devnull).open("rb") as file:
        yield file.fileno()


@contextmanager
def _dvc(words: Sequence[str], stdin: int, env: dict[str, str]) -> Iterator[Process]:
    """Start a DVC command: in a fork where there can be one, else in a Python of its own."""
    words = ["--wait-for-lock", *words]
    if dvc_at_hand.is_possible():
        with dvc_at_hand.running(words, stdin, env) as server:
            yield server
    else:
        command = [sys.executable, "-P", dvc_process.__file__, *words]
        with running(command, stdin, env) as process:
            yield process


def _text(raw: bytes) -> str:
    """Return a line as it last looked on a screen, where a progress bar draws over itself."""
    line = raw.decode("utf-8", errors="replace").rstrip("\r\n")
    return masked(line.rsplit("\r", maxsplit=1)[-1])


_COMMAND = "> "  # DVC's mark before the command that it runs
_CHATTER = (
    "Data and pipelines are up to date.",
    "Use `dvc push` to send your updates",
    "To track the changes with git, run:",
    "To enable auto staging, run:",
    "\tgit add ",
    "\tdvc config core.autostage true",
)


@contextmanager
def _deadline(process: Process, seconds: float | None) -> Iterator[threading.Event]:
    """Ask the process to end when the time is over; the event says that this happened."""
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        process.terminate()

    timer = threading.Timer(seconds, expire) if seconds else None
    if timer:
        timer.daemon = True
        timer.start()
    try:
        yield expired
    finally:
        if timer:
            timer.cancel()
            timer.join()  # else it could end what this process runs next


def environment() -> dict[str, str]:
    """Return what DVC and the stage find: this Python first on PATH, no telemetry, no buffer.

    The webhook's address stays with the flow: no stage needs it, so none can print it.
    """
    folder = str(Path(sys.executable).parent)
    return {
        **QUIET_AND_OFFLINE,
        **{name: value for name, value in os.environ.items() if name != WEBHOOK},
        "DVC_NO_ANALYTICS": "1",
        "PYTHONUNBUFFERED": "1",
        "PATH": os.pathsep.join([folder, os.environ.get("PATH", os.defpath)]),
    }


@dataclass
class _Report:
    """What one stage has printed so far, as far as it matters."""

    stage: str
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT_LINES))
    seen: set[Outcome] = field(default_factory=set)
    error: str | None = None
    dvc_error: str | None = None
    not_transferred: str | None = None

    def add(self, line: str) -> None:
        """Take one line in."""
        if line.startswith("error: "):
            self.error = line.removeprefix("error: ")
        elif line.startswith("ERROR: "):
            self.dvc_error = line.removeprefix("ERROR: ")
            if self.dvc_error.startswith("failed to transfer ") and not self.not_transferred:
                self.not_transferred = self.dvc_error
            return
        elif self.dvc_error and self.dvc_error.endswith(":") and line.strip():
            self.dvc_error += f" {line.strip()}"  # the first of the files that it lists below
        self.seen.update(outcome for outcome, mark in self._marks() if line.startswith(mark))
        if line.strip():
            self.tail.append(line)

    def _marks(self) -> Iterator[tuple[Outcome, str]]:
        """Yield what DVC prints for each outcome; its exit code is 0 for all of them."""
        yield Outcome.RAN, f"Running stage '{self.stage}':"
        yield Outcome.RESTORED, f"Stage '{self.stage}' is cached - skipping run"
        yield Outcome.PULLED, f"Pulling data for stage: '{self.stage}'"
        yield Outcome.UNCHANGED, f"Stage '{self.stage}' didn't change"
        yield Outcome.UNCHANGED, f"'{self.stage}' didn't change"

    def outcome(self) -> Outcome:
        """Return how the stage came out; a data file that DVC took in counts as run."""
        order = (Outcome.RAN, Outcome.RESTORED, Outcome.PULLED, Outcome.UNCHANGED)
        return next((outcome for outcome in order if outcome in self.seen), Outcome.RAN)

    def reason(self, code: int) -> str:
        """Return in one line why it failed: the stage's words, a signal, DVC's, or its last."""
        failure = self.dvc_error or ""
        exited = re.search(r"failed to run: .*, exited with (-?\d+)$", failure)
        if self.error:
            return self.error
        if exited and (number := _signal_of(int(exited[1]))):
            return f"killed by {number.name}{_HINTS.get(number, '')}"
        if self.not_transferred and "files failed to" in failure:
            return _words_of_dvc(self.not_transferred)
        if failure and not exited:
            return _words_of_dvc(failure)
        if not failure and (number := _signal_of(code)):
            return f"DVC was ended by {number.name}"
        said = self.tail[-1].strip() if self.tail else f"DVC ended with exit code {code}"
        if exited and said.startswith(_COMMAND):
            said = f"exit code {exited[1]}, and nothing printed, of: {said[2:]}"
        return said


def _words_of_dvc(failure: str) -> str:
    """Return DVC's reason in one line without the stage's name, with the way out."""
    if f"[Errno {errno.ENOSPC}]" in failure:
        return f"DVC's cache: {FULL_DISK}"
    if "RWLock-file" in failure:
        return (
            ".dvc/tmp/rwlock: not what DVC has written; let other DVC commands in this folder end, "
            "remove that file, then run again"
        )
    if busy := re.search(r"'([^']+)' is busy, it is being blocked by:", failure):
        path = os.path.relpath(busy[1])
        return f"{path}: another DVC command is at work on it; let it end, then run again"
    words = re.sub(r"^failed to reproduce '[^']*': *", "", failure)
    if missing := re.fullmatch(r"missing data 'source': (.*)", words):
        return f"{words}; `dvc pull {missing[1]}` fetches it"
    return words


_HINTS = {signal.SIGKILL: "; the machine may have run out of memory"}


def _signal_of(code: int) -> signal.Signals | None:
    """Return the signal behind an exit code, in Python's spelling (-9) or the shell's (137)."""
    number = -code if code < 0 else code - 128
    try:
        return signal.Signals(number)
    except ValueError:
        return None
