"""Finds the Prefect API: the one PREFECT_API_URL names, or a server of our own for one command.

Our own starts while the plan is made, keeps its records in `.work/prefect`, and ends with us
however we end. Prefect's built-in temporary server starts only at the first request, gives up
after 20 seconds, and is left running when its flow is killed.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError

from tunesmith.errors import UserError
from tunesmith.stage import WORK, collect_rarely

HOME = WORK / "prefect"
START_SECONDS = 180.0
STOP_SECONDS = 10.0
REACH_SECONDS = 5.0
BUSY = 503
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "INFO",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
    "PREFECT_CLIENT_MAX_RETRIES": "4",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}


class Server:
    """A Prefect API that answers once `wait` has returned."""

    def __init__(self, url: str, process: "subprocess.Popen[bytes] | None" = None) -> None:
        """Take the address, and the process if the server is our own."""
        self.url = url
        self._process = process
        self.is_up = process is None

    def wait(self) -> None:
        """Return once our own server answers; one of somebody else's did so before.

        Raises:
            UserError: it ended or was silent too long; the message names its log.
        """
        if self.is_up or self._process is None:
            return
        started = time.monotonic()
        while not answers(self.url, START_SECONDS):
            if self._process.poll() is not None or time.monotonic() - started > START_SECONDS:
                raise UserError(
                    f"the local Prefect server did not start; see {HOME / 'server.log'}; "
                    f"remove {HOME} to begin afresh, or name a running server in PREFECT_API_URL "
                    "(`dvc repro` needs none)"
                )
            time.sleep(0.05)
        self.is_up = True

    def stop(self) -> None:
        """End our own server; it does so by itself when its standard input closes.

        One that is still starting is not waited for, nor killed: it may be making its database.
        """
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        if not self.is_up:
            return
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def prefect_api() -> Iterator[Server]:
    """Give an API to run flows against, and set this process's environment to it.

    Must be entered before Prefect is imported: it reads its settings then.

    Raises:
        UserError: PREFECT_API_URL is set and nothing answers there.
    """
    collect_rarely()  # a fifth off the import of Prefect
    url = os.environ.get("PREFECT_API_URL")
    if url:
        if not answers(url, REACH_SECONDS):
            raise UserError(
                f"PREFECT_API_URL: no Prefect API answers at {url}; start it "
                "(`prefect server start`) or unset the variable to run without one"
            )
        _set_defaults()
        yield Server(url)
        return
    _forget_settings()
    process, port = _start()
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    server = Server(os.environ["PREFECT_API_URL"], process)
    try:
        yield server
    finally:
        server.stop()


def _set_defaults() -> None:
    """Make Prefect quiet where nobody asked for more; what goes to its API stays complete."""
    if "PREFECT_LOGGING_LEVEL" in os.environ:
        level = os.environ["PREFECT_LOGGING_LEVEL"]
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", level)
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)


def _forget_settings() -> None:
    """Leave only logging settings: a user's profile and database are not ours to touch."""
    for name in list(os.environ):
        if name.startswith("PREFECT_") and not name.startswith("PREFECT_LOGGING"):
            del os.environ[name]
    HOME.mkdir(parents=True, exist_ok=True)
    os.environ["PREFECT_HOME"] = str(HOME.absolute())
    direct = [os.environ.get("NO_PROXY", os.environ.get("no_proxy", "")), "127.0.0.1"]
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(filter(None, direct))
    _set_defaults()


def _start() -> tuple["subprocess.Popen[bytes]", int]:
    """Start the server on a free port; who connects early waits until it is up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fd, port = listener.fileno(), listener.getsockname()[1]
        with (HOME / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-P", __file__, str(fd)],
                pass_fds=[fd],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                process_group=0,
                env={k: v for k, v in os.environ.items() if k != "PREFECT_API_URL"},
            )
    return process, port


def is_own() -> bool:
    """Tell whether the API of this process is a server of our own, which ends with it."""
    return os.environ.get("PREFECT_HOME") == str(HOME.absolute())


def answers(url: str, seconds: float) -> bool:
    """Tell whether a Prefect API answers; asking who we are is an answer too."""
    proxies = urllib.request.ProxyHandler({} if "127.0.0.1" in url else None)
    try:
        with urllib.request.build_opener(proxies).open(f"{url}/health", timeout=seconds):
            return True
    except HTTPError as error:
        return error.code in (401, 403)
    except (OSError, ValueError, HTTPException):
        return False


def give_up() -> None:
    """Let this process try no request to Prefect again: each takes half a minute of tries."""
    from prefect.context import get_settings_context

    get_settings_context().settings.client.max_retries = 0


def ask(method: str, url: str, body: object = None, *, accepts: tuple[int, ...] = ()) -> Any:
    """Return what a Prefect API on loopback answers, None if that is nothing.

    One that is busy with its database (503: SQLite's lock) is asked again, as Prefect's client
    does.

    Args:
        method: of HTTP.
        url: of the API and what is asked of it.
        body: sent as JSON.
        accepts: codes of errors that are as good as success, such as 409 for what is there already.

    Raises:
        UserError: it answers an error, or stays busy.
    """
    import httpx

    begun = time.monotonic()
    while True:
        answer = httpx.request(method, url, json=body, timeout=60.0, trust_env=False)
        if answer.is_success or answer.status_code in accepts:
            return answer.json() if answer.content else None
        if answer.status_code != BUSY or time.monotonic() - begun > START_SECONDS:
            raise UserError(f"{method} {url}: {answer.reason_phrase}")
        time.sleep(1.0)


def serve(fd: int) -> None:
    """Serve Prefect's API on a socket that is already listening, until standard input closes."""
    import signal
    import threading

    collect_rarely()
    import uvicorn
    from prefect.server.api.server import create_app

    def follow_parent() -> None:
        sys.stdin.buffer.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=follow_parent, daemon=True).start()
    app = create_app(ephemeral=True, final=True)
    config = uvicorn.Config(app, log_level="error", lifespan="on", timeout_graceful_shutdown=3)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=fd)])


if __name__ == "__main__":
    serve(int(sys.argv[1]))
