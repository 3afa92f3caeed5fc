"""Runs everything on one machine: a Prefect server with its pages, the deployments, a worker.

    python -m flows.ui [--port 4200] [--clone FOLDER] [--gpu-clone FOLDER]

All of it listens on loopback only, keeps its records in `.work/prefect-ui`, and ends with this
command. With `--gpu-clone` there is a pool `gpu` too, whose worker runs in that clone what
dvc.yaml gives to it; the folder is cloned from `origin` if it does not exist.
PREFECT_API_DATABASE_CONNECTION_URL names a PostgreSQL that keeps the records instead.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NoReturn

from flows import launch, workcopy
from flows.dag import HERE
from flows.repository import git
from flows.server import QUIET, answers, ask
from tunesmith.errors import UserError
from tunesmith.params import load_yaml
from tunesmith.stage import WORK

HOME = WORK / "prefect-ui"
START_SECONDS = 180.0
DEPLOYMENTS = Path("prefect.yaml")
DATABASE = "PREFECT_API_DATABASE_CONNECTION_URL"
DATABASES = ("postgresql+asyncpg", "sqlite+aiosqlite")


def main(arguments: Sequence[str] | None = None) -> int:
    """Start all, say where, and stay until told to end."""
    options = _parse(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        workcopy.check()
        clones = {HERE: options.clone.resolve()}
        if options.gpu_clone:
            clones["gpu"] = _clone(options.gpu_clone.resolve())
        with ExitStack() as running:
            _serve(options.port, clones, running)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    return 0


def _clone(folder: Path) -> Path:
    """Return the clone that stages are handed to, made if it does not exist."""
    if not folder.exists():
        git("clone", "--quiet", git("remote", "get-url", "origin"), str(folder))
        git("-C", str(folder), "switch", "--quiet", "--detach")
    return folder


def _serve(port: int, clones: Mapping[str, Path], running: ExitStack) -> None:
    """Start server, pools, deployments and workers, one after the other, and watch them.

    Args:
        port: on loopback.
        clones: for each pool, where its worker works.
        running: ends them all.
    """
    url = f"http://127.0.0.1:{port}/api"
    if answers(url, 1.0):
        raise UserError(f"port {port}: something answers there already; take --port")
    env, database = _environment(url), _database()
    HOME.mkdir(parents=True, exist_ok=True)
    print("starting the server (half a minute the first time)", flush=True)
    words = ["server", "start", "--host", "127.0.0.1", "--port", str(port)]
    # the server alone: a worker hands its environment on to all that it runs
    watched = {"server": running.enter_context(_prefect("server", {**env, **database}, *words))}
    _wait_for(url, watched["server"])
    print("deploying prefect.yaml", flush=True)
    deployments = load_yaml(DEPLOYMENTS)["deployments"]
    _make_pools(url, {one["work_pool"]["name"] for one in deployments}, set(clones))
    names = [one["name"] for one in deployments if one["work_pool"]["name"] in clones]
    _once(env, "--no-prompt", "deploy", *(word for name in names for word in ("--name", name)))
    for pool, clone in clones.items():
        words = ["worker", "start", "--pool", pool, "--type", "process", "--name", pool]
        words += ["--limit", "1"] if pool != HERE else []
        own = {**env, "TUNESMITH_CLONE": str(clone)}
        name = f"worker-{pool}"
        watched[name] = running.enter_context(_prefect(name, own, *words))
    print(
        f"http://127.0.0.1:{port} has runs, logs and schedules; Ctrl-C ends all of it", flush=True
    )
    while True:
        time.sleep(1.0)
        for name, process in watched.items():
            if process.poll() is not None:
                raise UserError(f"the {name} has ended; see {HOME / name}.log")


def _make_pools(url: str, known: set[str], wanted: set[str]) -> None:
    """Make the pools that have a worker here, and delete those that an earlier start has left.

    A pool without a worker fails the stages that are given to it; a worker fills in the rest.
    """
    for pool in wanted:
        ask("POST", f"{url}/work_pools/", {"name": pool, "type": "process"}, accepts=(409,))
    for pool in known - wanted:
        ask("DELETE", f"{url}/work_pools/{pool}", accepts=(404,))


def _interrupt(_number: int, _frame: object) -> NoReturn:
    """End as Ctrl-C does."""
    raise KeyboardInterrupt


def _environment(url: str) -> dict[str, str]:
    """Return what Prefect finds: nothing of the user's profile, no telemetry, this Python."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return {
        **{name: value for name, value in kept.items() if name != "TUNESMITH_CLONE"},
        "DO_NOT_TRACK": QUIET["DO_NOT_TRACK"],
        "PREFECT_SERVER_ANALYTICS_ENABLED": QUIET["PREFECT_SERVER_ANALYTICS_ENABLED"],
        "PREFECT_HOME": str(HOME.absolute()),
        "PREFECT_API_URL": url,
        "PREFECT_WORKER_QUERY_SECONDS": "2",  # Prefect's 10 are for a server that is far away
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
    parser.add_argument(
        "--gpu-clone", type=Path, help="of the worker of pool gpu; no such pool if not given"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
