"""What the tests of faults share with those of the flow: toy projects."""

from tests.flows.conftest import (
    clone,
    delivery,
    delivery_template,
    finished,
    finished_template,
    fresh,
    fresh_template,
    run,
    settings,
    webhook,
)

__all__ = [
    "clone",
    "delivery",
    "delivery_template",
    "finished",
    "finished_template",
    "fresh",
    "fresh_template",
    "run",
    "settings",
    "webhook",
]
