"""A launcher that has imported DVC and runs one command of it after the other, each in a fork.

Starting DVC anew for each stage costs more than all else that the flow does for it. Each command
still has a process of its own, a copy of this one, in which no command has run before.
"""

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import BinaryIO

from flows import dvc_process, launch
from tunesmith.stage import die_with_parent

FILES = 2  # standard input of the command, and where what it prints goes


def main(parent: int, requests: socket.socket) -> int:
    """Run what is asked for until nobody can ask any more, or a signal ends it; return 0 or 143."""
    launch.on_stop_signals(launch.stop)
    try:
        launch.take_charge()
        with suppress(Exception):  # who asks is told
            _get_ready([])
        with requests, requests.makefile("rb") as words:
            while (command := _next(requests, words)) is not None:
                _get_ready(command)
                code = launch.run_to_end(partial(Fork, command, requests), parent)
                _let_go()
                launch.on_stop_signals(launch.stop)
                requests.sendall(b"%d\n" % code)
    except (launch.Stopped, ConnectionError):
        return launch.STOPPED_EXIT_CODE
    return 0


def _next(requests: socket.socket, words: BinaryIO) -> list[str] | None:
    """Wait for a command and take its files for our own; None once the flow has ended."""
    mark, files, _, _ = socket.recv_fds(requests, 1, FILES)
    if not mark:
        return None
    stdin, stdout = files
    for file, place in ((stdin, 0), (stdout, 1), (stdout, 2)):
        os.dup2(file, place)
    os.close(stdin)
    os.close(stdout)
    line = words.readline()
    return list(json.loads(line)) if line else None


def _get_ready(command: list[str]) -> None:
    """Import DVC, once; what is imported by then is shared with each fork, not copied."""
    dvc_process.prepare()
    dvc_process.import_early(command)
    gc.freeze()


def _let_go() -> None:
    """Give up the command's files: who reads what it prints, or waits for its claim, goes on."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for place in (0, 1, 2):
        os.dup2(nothing, place)
    os.close(nothing)


class Fork:
    """One DVC command in a copy of this process, which must have a single thread."""

    def __init__(self, command: list[str], requests: socket.socket) -> None:
        """Start it."""
        ours = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            os._exit(_as_a_program(lambda: _run(command, requests, ours)))
        self._end = select.poll()
        self._file = os.pidfd_open(self.pid)
        self._end.register(self._file, select.POLLIN)

    def wait(self, timeout: float) -> int:
        """Return its exit code, below zero for a signal; `TimeoutExpired` if it goes on."""
        if not self._end.poll(timeout * 1000):
            raise subprocess.TimeoutExpired("dvc", timeout)
        os.close(self._file)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def _run(command: list[str], requests: socket.socket, server: int) -> int:
    """Be DVC: signals as in any program, nobody asks, gone when the server is gone."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.close(requests.fileno())
    die_with_parent()
    if os.getppid() != server:
        return launch.STOPPED_EXIT_CODE
    sys.argv = [dvc_process.__file__, *command]
    return dvc_process.main(command)


def _as_a_program(run: Callable[[], int]) -> int:
    """Return what the interpreter would exit with, having printed what it would print."""
    try:
        return run()
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), socket.socket(fileno=int(sys.argv[2]))))
