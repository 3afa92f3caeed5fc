"""Starts a cluster on this machine, or connects to one; nothing is reached beyond its address."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from tunesmith.cleaners.scale_out.params import ScaleOut
from tunesmith.errors import UserError

Client: TypeAlias = Any
LOOPBACK = "127.0.0.1"
CONNECT_SECONDS = 20
HERE = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.worker.use-file-locking": False,
}


@contextmanager
def connected(settings: ScaleOut) -> Iterator[Client]:
    """Yield a client of the cluster that the settings name; a cluster started here ends with it.

    Raises:
        UserError: the extra is missing, the address does not answer, or workers keep dying.
    """
    _need_extra()
    import dask
    from distributed import KilledWorker

    with dask.config.set(HERE):
        started = _here(settings) if settings.scheduler is None else _there(settings.scheduler)
        with started as client:
            try:
                yield client
            except KilledWorker as error:
                raise UserError(
                    "params.yaml: clean.scale_out: a worker died again and again, mostly of too "
                    f"little memory; lower partition_rows or raise its memory ({error.task})"
                ) from None


def _need_extra() -> None:
    """Say how to install what is missing."""
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise UserError(
            "params.yaml: clean.scale_out needs Dask: `pip install tunesmith[dask]`, "
            "or leave scale_out out"
        ) from None


@contextmanager
def _here(settings: ScaleOut) -> Iterator[Client]:
    """Start single-threaded worker processes that listen on loopback only, without dashboard."""
    from distributed import Client as DaskClient
    from distributed import LocalCluster

    with (
        LocalCluster(
            n_workers=settings.workers,
            threads_per_worker=1,
            host=LOOPBACK,
            dashboard_address=f"{LOOPBACK}:0",
            scheduler_kwargs={"dashboard": False},
            silence_logs=logging.CRITICAL,  # what fails comes back as an exception
            memory_limit=settings.worker_memory or "auto",
        ) as cluster,
        DaskClient(cluster) as client,
    ):
        yield client


@contextmanager
def _there(scheduler: str) -> Iterator[Client]:
    """Connect to a cluster; TLS is set up in Dask's own configuration."""
    from distributed import Client as DaskClient

    address = _address(scheduler)
    try:
        client = DaskClient(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise UserError(
            f"params.yaml: clean.scale_out.scheduler: no Dask scheduler answers at {scheduler} "
            f"({type(error).__name__}); start it, or use workers"
        ) from None
    with client:
        yield client


def _address(scheduler: str) -> str:
    """Return the address, looked up in the environment if `env:NAME` asks for it."""
    if not scheduler.startswith("env:"):
        return scheduler
    name = scheduler.removeprefix("env:")
    if not os.environ.get(name):
        raise UserError(
            f"params.yaml: clean.scale_out.scheduler: the environment has no {name}; set it"
        )
    return os.environ[name]
