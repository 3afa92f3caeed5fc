"""Lets a perplexity be infinite where lm_eval's own function stops: after all is computed."""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

Aggregate = Callable[[Any], float]

TOO_LARGE = "too large for a number, as a Chinese text is one word; ask for bits_per_byte"
NO_NUMBER = "not a number in at least one row"


def allow_infinity(task: Any) -> None:
    """Replace the perplexities of a task of lm_eval by ones that do not overflow.

    They are exponentials of a log-probability by word. Words are what stands between spaces, so
    that a whole Chinese text is one, and e^710 is more than a number holds.
    """
    from lm_eval.api.metrics import perplexity, weighted_perplexity

    own = task.aggregation
    mended = {one: _unbounded(one) for one in (perplexity, weighted_perplexity)}
    task.aggregation = lambda: {name: mended.get(how, how) for name, how in own().items()}


def why_none(value: float) -> str | None:
    """Return why JSON cannot hold a value, None if it can."""
    if math.isfinite(value):
        return None
    return NO_NUMBER if math.isnan(value) else TOO_LARGE


def _unbounded(aggregate: Aggregate) -> Aggregate:
    """Return the function that gives infinity where this one raises."""

    @wraps(aggregate)
    def unbounded(items: Any) -> float:
        try:
            return aggregate(items)
        except OverflowError:
            return math.inf

    return unbounded
