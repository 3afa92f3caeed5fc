"""What one answer takes, against a bound of its own and against the champion's."""

from collections.abc import Mapping
from typing import Any

from tunesmith.errors import UserError
from tunesmith.gate import GateParams
from tunesmith.gate.check import Check

P95 = "latency_p95_seconds"


def latency_checks(costs: Mapping[str, dict[str, Any]], settings: GateParams) -> list[Check]:
    """Return a check for each limit that is set; a clock has no interval, so none holds.

    Args:
        costs: model → what stage predict measured.
        settings: the limits.

    Raises:
        UserError: a limit is set and no latency was measured.
    """
    limits, checks = settings.latency, []
    if limits.p95_seconds is not None:
        own = _p95(costs, "candidate")
        what = f"95 % of answers come within {own:.3g} s"
        checks.append(_check("latency", own, limits.p95_seconds, f"{limits.p95_seconds:g} s", what))
    if limits.ratio is not None:
        ratio = _p95(costs, "candidate") / _p95(costs, "champion")
        what = f"answers take {ratio:.3g} times as long as the champion's (p95)"
        checks.append(_check("latency ratio", ratio, limits.ratio, f"{limits.ratio:g}", what))
    return checks


def _p95(costs: Mapping[str, dict[str, Any]], model: str) -> float:
    """Return a model's 95th percentile."""
    if P95 not in costs[model]:
        raise UserError(
            f"params.yaml: gate.latency: no latency of the {model} was measured; set "
            "predict.latency_requests above 0"
        )
    return float(costs[model][P95])


def _check(name: str, value: float, limit: float, shown: str, what: str) -> Check:
    """Return the check of one measured value."""
    fine = value <= limit
    return Check(
        name,
        "SHIP" if fine else "REJECT",
        f"{what}, {'within' if fine else 'beyond'} the limit of {shown}",
    )
