"""Runs everything on one machine: a Prefect server with its pages, the deployments, a worker.

    python -m flows.ui [--port 4200] [--clone FOLDER]

All of it listens on loopback only, keeps its records in `.work/prefect-ui`, and ends with this
command. PREFECT_API_DATABASE_CONNECTION_URL names a PostgreSQL that keeps the records instead.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

from flows import launch, workcopy
from flows.server import QUIET, answers
from tunesmith.errors import UserError
from tunesmith.stage import WORK

HOME = WORK / "prefect-ui"
START_SECONDS = 180.0
POOL = "cpu"
DATABASE = "PREFECT_API_DATABASE_CONNECTION_URL"
DATABASES = ("postgresql+asyncpg", "sqlite+aiosqlite")


def main(arguments: Sequence[str] | None = None) -> int:
    """Start all, say where, and stay until told to end."""
    options = _parse(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        workcopy.check()
        with ExitStack() as running:
            _serve(options.port, options.clone.resolve(), running)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    return 0


def _serve(port: int, clone: Path, running: ExitStack) -> None:
    """Start server, deployments and worker, one after the other, and watch them."""
    url = f"http://127.0.0.1:{port}/api"
    if answers(url, 1.0):
        raise UserError(f"port {port}: something answers there already; take --port")
    env, database = _environment(url, clone), _database()
    HOME.mkdir(parents=True, exist_ok=True)
    print("starting the server (half a minute the first time)", flush=True)
    words = ["server", "start", "--host", "127.0.0.1", "--port", str(port)]
    # the server alone: a worker hands its environment on to all that it runs
    server = running.enter_context(_prefect("server", {**env, **database}, *words))
    _wait_for(url, server)
    print("deploying prefect.yaml", flush=True)
    _once(env, "work-pool", "create", "--overwrite", "--type", "process", POOL)
    _once(env, "--no-prompt", "deploy", "--all")
    words = ["worker", "start", "--pool", POOL, "--type", "process", "--name", POOL]
    worker = running.enter_context(_prefect("worker", env, *words))
    print(
        f"http://127.0.0.1:{port} has runs, logs and schedules; Ctrl-C ends all of it", flush=True
    )
    while True:
        time.sleep(1.0)
        for name, process in (("server", server), ("worker", worker)):
            if process.poll() is not None:
                raise UserError(f"the {name} has ended; see {HOME / name}.log")


def _interrupt(_number: int, _frame: object) -> NoReturn:
    """End as Ctrl-C does."""
    raise KeyboardInterrupt


def _environment(url: str, clone: Path) -> dict[str, str]:
    """Return what Prefect finds: nothing of the user's profile, no telemetry, this Python."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {
        **kept,
        "DO_NOT_TRACK": QUIET["DO_NOT_TRACK"],
        "PREFECT_SERVER_ANALYTICS_ENABLED": QUIET["PREFECT_SERVER_ANALYTICS_ENABLED"],
        "PREFECT_HOME": str(HOME.absolute()),
        "PREFECT_API_URL": url,
        "TUNESMITH_CLONE": str(clone),
        "NO_PROXY": "127.0.0.1",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }


def _database() -> dict[str, str]:
    """Return where the server keeps its records if not in a file; a URL may hold a password.

    Raises:
        UserError: Prefect does not know this kind of database.
    """
    url = os.environ.get(DATABASE)
    if not url:
        return {}
    kind, _, rest = url.partition("://")
    if kind not in DATABASES:
        raise UserError(
            f"{DATABASE}: Prefect takes postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE"
        )
    print(f"records are kept at {rest.rpartition('@')[2].partition('?')[0]}", flush=True)
    return {DATABASE: url}


@contextmanager
def _prefect(name: str, env: dict[str, str], *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a Prefect command beside this one; it ends with us however we end."""
    command = [sys.executable, "-P", launch.__file__, str(os.getpid()), *_PREFECT, *words]
    with (HOME / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, process_group=0
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(launch.PATIENCE_SECONDS + 4.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _once(env: dict[str, str], *words: str) -> None:
    """Run a Prefect command to its end.

    Raises:
        UserError: with its last line.
    """
    done = subprocess.run([*_PREFECT, *words], capture_output=True, text=True, env=env, check=False)
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise UserError(f"prefect {words[0]}: {lines[-1].strip() if lines else 'failed'}")


_PREFECT = (sys.executable, "-m", "prefect")


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Return once the server answers."""
    started = time.monotonic()
    while not answers(url, 1.0):
        if server.poll() is not None or time.monotonic() - started > START_SECONDS:
            raise UserError(f"the Prefect server did not start; see {HOME / 'server.log'}")
        time.sleep(0.2)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m flows.ui", description=__doc__)
    parser.add_argument("--port", type=int, default=4200)
    parser.add_argument(
        "--clone", type=Path, default=Path(), help="that runs work in; this folder if not given"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
