"""Server, deployments and workers as `make ui` starts them, and how tests ask and wait."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, chdir, contextmanager
from pathlib import Path
from typing import Any

import psutil

from flows.server import ask, prefect_api

PATIENCE_SECONDS = 300.0
Ask = Callable[..., Any]


def free_port() -> int:
    """Return a port of loopback on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_for(found: Callable[[], Any]) -> Any:
    """Return what is found once it is; a busy machine is given time."""
    ended = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ended:
        if value := found():
            return value
        time.sleep(0.3)
    raise AssertionError("it did not happen in time")


def asking(url: str) -> Ask:
    """Return a way to ask an API by path."""
    return lambda path, body=None, method="POST": ask(method, f"{url}/{path}", body)


@contextmanager
def server_in(folder: Path) -> Iterator[str]:
    """Run a Prefect server of our own that keeps its records in a folder; give its address."""
    before = dict(os.environ)
    with ExitStack() as running:
        with chdir(folder):
            server = running.enter_context(prefect_api())
        server.wait()
        os.environ.clear()
        os.environ.update(before)
        yield server.url


@contextmanager
def everything() -> Iterator[str]:
    """Start `make ui` on the project of the current folder; it ends without a process left."""
    port = free_port()
    command = [sys.executable, "-m", "flows.ui", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ})
    assert process.stdout is not None
    assert any("has runs, logs and schedules" in line for line in process.stdout)
    yield f"http://127.0.0.1:{port}/api"
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=60)
    assert psutil.wait_procs(family, timeout=15)[1] == []
