"""Keeps what a run of this process came to, for when Prefect is not there to be told of it."""

from typing import Any

from prefect.client.schemas.objects import State

_said: list[State[Any]] = []


def say(state: State[Any]) -> State[Any]:
    """Keep the last state of a run, and return it."""
    _said[:] = [state]
    return state


def heard() -> State[Any] | None:
    """Return the last state that was said, None if no run has come to its end."""
    return _said[0] if _said else None
