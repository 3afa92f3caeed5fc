"""What the tests of faults share with those of the flow: toy projects and Prefect servers."""

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
