"""Keeps a `dvc_server` from one DVC command to the next, so that a flow imports DVC once.

A thread keeps its own: Linux ends the server with the thread that started it. One that was asked to
end, or whose folder or environment is no longer ours, is ended and not kept.
"""

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from flows import dvc_server
from flows.processes import end

_of_this_thread = threading.local()


def is_possible() -> bool:
    """Tell whether DVC can be forked here, and a fork be ended with all that it starts.

    macOS allows no fork of a process that has used its libraries, and no end with the parent.
    """
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:  # a kernel before 5.3, or a container that does not let us
        return False
    return True


@contextmanager
def running(words: list[str], stdin: int, env: dict[str, str]) -> Iterator["Server"]:
    """Start a DVC command; leave no process of it behind."""
    server = _started(words, stdin, env)
    try:
        yield server
    finally:
        if server.is_idle:
            _of_this_thread.server = server
        else:
            server.close()
        server.stdout.close()


def get_ready(env: dict[str, str]) -> None:
    """Start a server, unless one is kept: it imports DVC while this thread does something else."""
    if is_possible() and "server" not in _of_this_thread.__dict__:
        _of_this_thread.server = Server(env)


@atexit.register
def let_go() -> None:
    """End the server that this thread keeps, if any; without this it ends a moment after us."""
    server: Server | None = _of_this_thread.__dict__.pop("server", None)
    if server is not None:
        server.close()


def _started(words: list[str], stdin: int, env: dict[str, str]) -> "Server":
    """Return a server that runs the command: the kept one, or a new one."""
    server: Server | None = _of_this_thread.__dict__.pop("server", None)
    if server is not None:
        with suppress(ConnectionError):  # it has ended in this moment
            if server.fits(env):
                server.start(words, stdin)
                return server
        server.close()
    server = Server(env)
    with suppress(ConnectionError):  # it could not begin; its exit code says so
        server.start(words, stdin)
    return server


class Server:
    """A server for this folder and environment, and the command that it runs."""

    stdout: IO[bytes]

    def __init__(self, env: dict[str, str]) -> None:
        """Start it."""
        self._made_for = (Path.cwd(), env)
        self._requests, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", dvc_server.__file__, str(os.getpid()), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=env,
            )
        self._answers = self._requests.makefile("rb")
        self._code: int | None = None
        self._is_to_end = False

    @property
    def is_idle(self) -> bool:
        """Whether it has come to the end of its command and waits for the next."""
        return self._code is not None and not self._is_to_end

    def fits(self, env: dict[str, str]) -> bool:
        """Tell whether a new server would find nothing else than this one has."""
        return self._process.poll() is None and self._made_for == (Path.cwd(), env)

    def start(self, words: list[str], stdin: int) -> None:
        """Start a command; what it prints comes from `stdout`, up to its end.

        Raises:
            ConnectionError: the server has ended.
        """
        self._code = None
        ours, theirs = os.pipe()
        self.stdout = os.fdopen(ours, "rb")
        try:
            socket.send_fds(self._requests, [b"\n"], [stdin, theirs])
            self._requests.sendall(json.dumps(words).encode() + b"\n")
        finally:
            os.close(theirs)

    def wait(self) -> int:
        """Return the command's exit code, or that of the server if it ended without an answer."""
        answer = b""
        with suppress(ConnectionError):
            answer = self._answers.readline()
        if not answer:
            return self._process.wait()
        self._code = int(answer)
        return self._code

    def terminate(self) -> None:
        """Ask command and server to end."""
        self._is_to_end = True
        self._process.terminate()

    def close(self) -> None:
        """End command and server."""
        end(self._process)
        self._answers.close()
        self._requests.close()
