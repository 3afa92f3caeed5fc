"""What a worker's run does beside its work: tell, be wanted, and end with its worker."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prefect.client.orchestration import get_client
from prefect.logging import get_run_logger
from prefect.logging.handlers import APILogHandler
from prefect.runtime import flow_run

from tunesmith.errors import UserError

BEAT_SECONDS = 20.0


def check_wanted() -> None:
    """Refuse to answer a run that no longer waits for it."""
    with get_client(sync_client=True) as client:
        state = client.read_flow_run(flow_run.id).state
    if state is None or not state.is_running():
        raise UserError("this run was given up meanwhile; its outputs are kept in DVC's cache here")


@contextmanager
def telling(stage: str) -> Iterator[Callable[[str], None]]:
    """Give a way to log the stage's lines, and say so regularly when there are none.

    Who waits for this run takes a long silence for its end. When this ends every line is at the
    server, where Prefect itself would send the last ones some time after the run's state.
    """
    log, over = get_run_logger(), threading.Event()
    last = time.monotonic()

    def say(line: str) -> None:
        nonlocal last
        last = time.monotonic()
        log.info("%s | %s", stage, line)

    def beat() -> None:
        while not over.wait(1.0):
            if time.monotonic() - last > BEAT_SECONDS:
                say("still at it")

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield say
    finally:
        over.set()
        thread.join()
        APILogHandler().flush()


@contextmanager
def ended_with_parent() -> Iterator[None]:
    """End this run when the worker that started it is gone: nobody could cancel it any more."""
    parent, over = os.getppid(), threading.Event()

    def watch() -> None:
        while not over.wait(1.0):
            if os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGTERM)
                return

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        over.set()
