"""Candidate minus another model with its interval, turned so that more is better."""

from dataclasses import dataclass
from typing import Any

from tunesmith.errors import UserError


@dataclass(frozen=True)
class Gain:
    """A difference with its interval and its two-sided p of no difference; more is better."""

    value: float
    low: float
    high: float
    p: float
    n: int

    def is_above(self, bound: float, confidence: float) -> bool:
        """Return whether it is more than a bound (of 0 or more) for sure: by interval and by p.

        An interval of few rows that differ promises more than it keeps, so p has to agree.
        """
        return self.low > bound and self.p <= 1 - confidence

    def is_loss(self, confidence: float) -> bool:
        """Return whether it is less than 0 for sure, by the same rule."""
        return self.high < 0 and self.p <= 1 - confidence

    def words(self) -> str:
        """Return the gain with its interval."""
        return f"{self.value:+.4f} [{self.low:+.4f}, {self.high:+.4f}], n = {self.n}"


def gain(found: dict[str, Any], confidence: float, sign: int) -> Gain:
    """Return the gain with the interval of a confidence.

    Args:
        found: a difference as stage evaluate wrote it.
        confidence: one of those that it keeps an interval for.
        sign: 1 where more of the metric is better, -1 where less is.
    """
    low, high = sorted(sign * bound for bound in found["intervals"][str(confidence)])
    return Gain(sign * found["difference"], low, high, found["p"], found["n"])


def better_side(metrics: dict[str, Any], name: str, key: str) -> int:
    """Return 1 where more of the metric is better, -1 where less is.

    Args:
        metrics: what stage evaluate wrote.
        name: of the metric.
        key: of params.yaml, named in the error.

    Raises:
        UserError: it was not evaluated, or neither more nor less of it is better.
    """
    about = metrics["about"]
    known = [one for one, value in about.items() if value["higher_is_better"] is not None]
    if name not in known:
        raise UserError(
            f'params.yaml: {key}: "{name}" cannot decide; evaluate.metrics has these that '
            f"can: {', '.join(known)}"
        )
    return 1 if about[name]["higher_is_better"] else -1
