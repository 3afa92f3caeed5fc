"""What the tests of faults share: the toy projects, an API, and a note of what was seen."""

from collections.abc import Callable

import pytest

from tests.flows.conftest import (
    api,
    clone,
    delivery,
    delivery_template,
    finished,
    finished_template,
    fresh,
    fresh_template,
    prefect_home,
    run,
    settings,
    with_home,
)

__all__ = [
    "api",
    "clone",
    "delivery",
    "delivery_template",
    "finished",
    "finished_template",
    "fresh",
    "fresh_template",
    "prefect_home",
    "run",
    "settings",
    "with_home",
]


@pytest.fixture
def seen(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Note what happened, and what work was lost, for the table of `benchmarks.faults`."""

    def note(happened: str, *, lost_seconds: float = 0.0) -> None:
        record_property("happened", happened)
        record_property("lost_seconds", f"{lost_seconds:.1f}")

    return note
