"""Programs that import Prefect and DVC for seconds, as forks of a process that has done so.

A fork is a process of its own with its own signals, files, folder and environment, and ends as one
does. What a start itself imports, and when, is held by the tests that give a run its own server.
"""

import gc
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

READ_AT_START = ("PREFECT_", "PYTHON", "OMP_")
TUNESMITH = "from flows.cli import main; main()"
OF_FLOWS = (
    "dvc.repo.reproduce",
    "flows.cli",
    "flows.improve",
    "flows.search",
    "flows.search_flow",
    "networkx",
    "optuna",
    "prefect.cache_policies",
    "tunesmith.dials",
    "tunesmith.report.rounds_page",
    "tunesmith.search.page",
)
_warm: dict[str, "Warm"] = {}


def start(code: str, arguments: tuple[str, ...], env: Mapping[str, str], stderr: int) -> Any:
    """Start a program in the current folder: a fork if its Prefect API has a warm process."""
    warm = _warm.get(env.get("PREFECT_API_URL", ""))
    if warm is not None and warm.made_for == _read_at_start(env):
        return Fork(warm, code, arguments, env, stderr)
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        env=env,
    )


@contextmanager
def warm(url: str) -> Iterator[None]:
    """Let programs that use this Prefect API be forks, of a process that the first one starts."""
    _warm[url] = Warm(url)
    yield
    _warm.pop(url).close()


def _read_at_start(env: Mapping[str, str]) -> dict[str, str]:
    """Return what Python and Prefect read once."""
    return {name: value for name, value in env.items() if name.startswith(READ_AT_START)}


class Warm:
    """A process with one thread that has imported what flows import, and forks when it is asked."""

    def __init__(self, url: str) -> None:
        """Note what its environment is to be."""
        self.env = {**os.environ, "PREFECT_API_URL": url}
        self.made_for = _read_at_start(self.env)
        self.process: subprocess.Popen[bytes] | None = None

    def fork(self, words: list[Any], files: list[int]) -> None:
        """Ask for a fork, which has these files."""
        if self.process is None:
            self.ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
            with theirs:
                command = [sys.executable, "-m", "tests.flows.warm", str(theirs.fileno())]
                self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=self.env)
        socket.send_fds(self.ours, [json.dumps(words).encode()], files)

    def close(self) -> None:
        """End it; its forks go on."""
        if self.process is not None:
            self.ours.close()
            self.process.wait()


class Fork:
    """A program that runs as a fork; to be used as `subprocess.Popen` with text."""

    def __init__(
        self, warm: Warm, code: str, arguments: tuple[str, ...], env: Mapping[str, str], stderr: int
    ) -> None:
        """Start it."""
        self.returncode: int | None = None
        self._told, told = socket.socketpair()
        out, stdout = os.pipe()
        err, stderr_ = (None, stdout) if stderr == subprocess.STDOUT else os.pipe()
        warm.fork(
            [code, list(arguments), dict(env), str(Path.cwd())], [stdout, stderr_, told.fileno()]
        )
        told.close()
        for file in {stdout, stderr_}:
            os.close(file)
        self.stdout = os.fdopen(out)
        self.stderr = None if err is None else os.fdopen(err)
        self._answers = self._told.makefile()
        self.pid = int(self._answers.readline())

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code, below zero for a signal."""
        if self.returncode is None:
            with selectors.DefaultSelector() as selector:
                selector.register(self._told, selectors.EVENT_READ)
                if not selector.select(timeout):
                    raise subprocess.TimeoutExpired("fork", timeout or 0.0)
            self.returncode = int(self._answers.readline())
            self._answers.close()
            self._told.close()
        return self.returncode

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str | None]:
        """Return what it prints to its end."""
        found: dict[str, str] = {}

        def read(name: str, file: Any) -> None:
            found[name] = "" if file.closed else file.read()
            file.close()

        files = {"out": self.stdout} | ({} if self.stderr is None else {"err": self.stderr})
        threads = [threading.Thread(target=read, args=one, daemon=True) for one in files.items()]
        for thread in threads:
            thread.start()
        self.wait(timeout)
        for thread in threads:
            thread.join(timeout)
        return found["out"], found.get("err")

    def send_signal(self, number: int) -> None:
        """Send a signal to it, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def main(requests: socket.socket) -> None:
    """Fork for each request, and tell its asker of pid and exit code, until nobody can ask."""
    _import_all()
    with selectors.DefaultSelector() as selector:
        selector.register(requests, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is requests:
                    words, files, _, _ = socket.recv_fds(requests, 1 << 20, 3)
                    if not words:
                        return
                    pid, told = _fork(requests, json.loads(words), files)
                    selector.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, told))
                else:
                    selector.unregister(key.fileobj)
                    os.close(key.fd)
                    _tell(*key.data)


def _import_all() -> None:
    """Import what flows import, with Prefect's settings as a flow has them."""
    from flows.server import prefect_api

    with prefect_api():
        for name in OF_FLOWS:
            import_module(name)
    gc.freeze()


def _fork(requests: socket.socket, words: list[Any], files: list[int]) -> tuple[int, int]:
    """Start a fork, and return it and where its end is told."""
    stdout, stderr, told = files
    pid = os.fork()
    if pid == 0:
        requests.close()
        os.close(told)
        os.dup2(stdout, 1)
        os.dup2(stderr, 2)
        _be(*words)
    os.close(stdout)
    os.close(stderr)
    os.write(told, b"%d\n" % pid)
    return pid, told


def _be(code: str, arguments: list[str], env: dict[str, str], folder: str) -> NoReturn:
    """Run a program as `python -c` does."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    sys.argv, sys.path[0] = ["-c", *arguments], ""
    ended: object = 0
    try:
        exec(code, {"__name__": "__main__"})
    except SystemExit as end:
        ended = end.code
    except BaseException:
        traceback.print_exc()
        ended = 1
    if isinstance(ended, str):
        print(ended, file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ended if isinstance(ended, int) else int(ended is not None))


def _tell(pid: int, told: int) -> None:
    """Say how a fork ended."""
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with suppress(BrokenPipeError):
        os.write(told, b"%d\n" % code)
    os.close(told)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
