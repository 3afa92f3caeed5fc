"""Starts the processes of one host for the stage that is running, and ends them together."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from tunesmith.errors import StartAgain, UserError
from tunesmith.hardware import Hardware
from tunesmith.stage import FAILURE_FILE
from tunesmith.threads import forget_threads
from tunesmith.training.devices.group import LOST, is_worker

LOOPBACK = "127.0.0.1"
MEETING = ("MASTER_ADDR", "MASTER_PORT", "NODE_RANK")  # what hosts need to find one another
LOOK_SECONDS = 0.1
SETTLE_SECONDS = 0.5  # for others to tell what they saw of the same failure
PATIENCE_SECONDS = 10.0  # between the request to end and the end
MOST_STARTS = 20  # a batch that is halved each time has no row left before


def launched(hardware: Hardware) -> bool:
    """Run this stage once more in as many processes as are asked for; False: this one is it.

    Returns when all have ended well. Of what they print, only the first one's is shown. A process
    that ends with `StartAgain` has all started again, with several hosts by whoever started them.

    Raises:
        UserError: a process failed; the others were ended, and the text is that of the first
            failure.
    """
    if is_worker(os.environ):
        return False
    processes, hosts = _processes(hardware), hardware.hosts or 1
    if processes * hosts == 1:
        return False
    starts = 1
    with _ended_with_us():
        while (failure := _run(common_environment(os.environ, processes, hosts))) is not None:
            if not failure.again or hosts > 1 or starts == MOST_STARTS:
                raise UserError(failure.text)
            why = failure.text.removesuffix(StartAgain.WAY_OUT)
            print(f"{why}; all processes start again", flush=True)
            starts += 1
    return True


def _processes(hardware: Hardware) -> int:
    """Return how many processes this host runs."""
    if hardware.processes != "auto":
        return hardware.processes or 1
    import torch

    return max(1, torch.cuda.device_count())


def common_environment(given: Mapping[str, str], processes: int, hosts: int) -> dict[str, str]:
    """Return the environment of every process of this host, up to its own number.

    Args:
        given: of this process.
        processes: of this host.
        hosts: that train together; of several, `given` says where they meet.

    Raises:
        UserError: hosts that do not know where to meet.
    """
    environment = dict(given)
    forget_threads(environment)
    if hosts == 1:
        environment |= {"MASTER_ADDR": LOOPBACK, "MASTER_PORT": str(_free_port()), "NODE_RANK": "0"}
        environment.setdefault("GLOO_SOCKET_IFNAME", "lo0" if sys.platform == "darwin" else "lo")
    missing = [name for name in MEETING if name not in environment]
    if missing:
        raise UserError(
            f"params.yaml: hardware.hosts: {hosts} hosts need {', '.join(missing)} in the "
            "environment: address and a free port of the first host, and this host's number from 0"
        )
    environment["GROUP_RANK"] = environment["NODE_RANK"]
    environment["LOCAL_WORLD_SIZE"] = str(processes)
    environment["WORLD_SIZE"] = str(processes * hosts)
    return environment


def _free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.socket() as found:
        found.bind((LOOPBACK, 0))
        return int(found.getsockname()[1])


@dataclass(frozen=True)
class _Worker:
    """One process, and where it says why it failed."""

    process: "subprocess.Popen[bytes]"
    rank: int
    failure: Path
    stderr: Path


@dataclass(frozen=True)
class _Failure:
    """Why a process ended badly, and whether all should start again."""

    text: str
    again: bool


def _run(common: dict[str, str]) -> _Failure | None:
    """Start the processes of this host, wait for them; return what failed first, if anything."""
    with TemporaryDirectory() as folder, _started(common, Path(folder)) as workers:
        return _first_failure(workers)


@contextmanager
def _started(common: dict[str, str], folder: Path) -> Iterator[list[_Worker]]:
    """Start the processes of this host; leave none behind."""
    workers: list[_Worker] = []
    try:
        for local_rank in range(int(common["LOCAL_WORLD_SIZE"])):
            workers.append(_start(common, folder, local_rank))
        yield workers
    finally:
        _end(workers)


def _start(common: dict[str, str], folder: Path, local_rank: int) -> _Worker:
    """Start one process; the first of all prints here, the others into a file."""
    rank = int(common["NODE_RANK"]) * int(common["LOCAL_WORLD_SIZE"]) + local_rank
    failure, errors = folder / f"{rank}.failure", folder / f"{rank}.stderr"
    own = {"RANK": str(rank), "LOCAL_RANK": str(local_rank), FAILURE_FILE: str(failure)}
    with errors.open("wb") as stderr:
        outputs: dict[str, int | IO[bytes] | None] = {
            "stdout": subprocess.DEVNULL,
            "stderr": stderr,
        }
        process: subprocess.Popen[bytes] = subprocess.Popen(
            this_command(),
            env={**common, **own},
            stdin=subprocess.DEVNULL,
            **({} if rank == 0 else outputs),  # type: ignore[call-overload]
        )
    return _Worker(process, rank, failure, errors)


def this_command() -> Sequence[str]:
    """Return the command that started this process, `python -m stages.train …`."""
    spec: Any = getattr(sys.modules["__main__"], "__spec__", None)
    if spec is None:
        return [sys.executable, *sys.argv]
    return [sys.executable, "-m", spec.name.removesuffix(".__main__"), *sys.argv[1:]]


def _first_failure(workers: list[_Worker]) -> _Failure | None:
    """Wait for the end; return why the first process ended badly, if one did."""
    while True:
        codes = [worker.process.poll() for worker in workers]
        if any(code not in (None, 0) for code in codes):
            time.sleep(SETTLE_SECONDS)
            return _asked_to_start_again(workers) or _Failure(_why(workers), again=False)
        if all(code == 0 for code in codes):
            return None
        time.sleep(LOOK_SECONDS)


def _asked_to_start_again(workers: list[_Worker]) -> _Failure | None:
    """Return what a process said that has all started again; who has spoken is about to end."""
    for worker in workers:
        if worker.failure.exists():
            with suppress(subprocess.TimeoutExpired):
                worker.process.wait(PATIENCE_SECONDS)
            if worker.process.returncode == StartAgain.exit_code:
                return _Failure(_said(worker), again=True)
    return None


def _said(worker: _Worker) -> str:
    """Return the text of a process's failure."""
    return worker.failure.read_text(encoding="utf-8").removeprefix("error: ")


def _why(workers: list[_Worker]) -> str:
    """Return the text of the earliest failure; that others were lost by it comes last."""
    told = sorted((w for w in workers if w.failure.exists()), key=_when)
    texts = [_said(worker) for worker in told]
    causes = [text for text in texts if LOST not in text]
    silent = [w for w in workers if w not in told and w.process.poll() not in (None, 0)]
    if causes or not silent:
        return [*causes, *texts][0]
    return f"process {silent[0].rank} {_ending(silent[0])}"


def _when(worker: _Worker) -> int:
    """Return when a process told its failure."""
    return worker.failure.stat().st_mtime_ns


def _ending(worker: _Worker) -> str:
    """Say how a process ended that told nothing."""
    code = worker.process.returncode
    if code < 0:
        name = signal.Signals(-code).name
        hint = "; the machine may have run out of memory" if name == "SIGKILL" else ""
        return f"was ended by {name}{hint}"
    lines = worker.stderr.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return f"ended with code {code}: {lines[-1] if lines else 'it said nothing'}"


def _end(workers: list[_Worker]) -> None:
    """End what still runs, with force if it does not listen."""
    running = [worker.process for worker in workers if worker.process.poll() is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + PATIENCE_SECONDS
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _ended_with_us() -> Iterator[None]:
    """Turn a request to end into an exception, so that the processes are ended before."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
