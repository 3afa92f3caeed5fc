"""Asks Prefect again when it is away for a while: a restart is no reason to give work up."""

import time
from collections.abc import Callable
from typing import TypeVar

import httpx

AWAY_SECONDS = 300.0
PAUSE_SECONDS = 2.0

T = TypeVar("T")


def patiently(ask: Callable[[], T]) -> T:
    """Return the answer, asked for until the API is there and not busy.

    Raises:
        httpx.HTTPError: it was away too long, or the answer is a refusal.
    """
    begun = time.monotonic()
    while True:
        try:
            return ask()
        except httpx.HTTPError as error:
            if not _may_pass(error) or time.monotonic() - begun > AWAY_SECONDS:
                raise
        time.sleep(PAUSE_SECONDS)


def _may_pass(error: httpx.HTTPError) -> bool:
    """Tell whether the API was not reached, or had a trouble of its own."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code >= 500
    return isinstance(error, httpx.TransportError)
