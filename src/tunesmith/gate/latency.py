"""What one answer takes, against a bound of its own and against the champion's."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tunesmith.errors import UserError
from tunesmith.gate import GateParams
from tunesmith.gate.check import WORDS, Check, inside
from tunesmith.stats.quantile import fewest_for_upper, quantile_interval

REQUESTS = "latencies_seconds"
MEDIAN, SLOW = 0.5, 0.95


def latency_checks(costs: Mapping[str, dict[str, Any]], settings: GateParams) -> list[Check]:
    """Return a check for each limit that is set, by the interval of the quantile.

    Other requests of the same kind are what it speaks for, and this machine as busy as it was.

    Args:
        costs: model → what stage predict measured.
        settings: the limits.

    Raises:
        UserError: a limit is set and no latency was measured, or not of the same requests.
    """
    limits, checks = settings.latency, []
    for share, most, what in (
        (MEDIAN, limits.p50_seconds, "half of the answers come within {} s"),
        (SLOW, limits.p95_seconds, "95 % of the answers come within {} s"),
    ):
        if most is not None:
            own = _requests(costs, "candidate")
            name = f"latency p{100 * share:.0f}"
            checks.append(_check(name, own, share, most, settings.confidence, what, " s"))
    if limits.ratio is not None:
        what = "answers take {} times as long as the champion's"
        ratios = _ratios(costs)
        checks.append(
            _check("latency ratio", ratios, MEDIAN, limits.ratio, settings.confidence, what, "")
        )
    return checks


def _requests(costs: Mapping[str, dict[str, Any]], model: str) -> list[float]:
    """Return what each request of a model took."""
    if not costs[model].get(REQUESTS):
        raise UserError(
            f"params.yaml: gate.latency: no latency of the {model} was measured; set "
            "predict.latency_requests above 0"
        )
    return list(costs[model][REQUESTS])


def _ratios(costs: Mapping[str, dict[str, Any]]) -> list[float]:
    """Return the candidate's time over the champion's, of each request that both were asked."""
    own, other = (_requests(costs, model) for model in ("candidate", "champion"))
    if len(own) != len(other):
        raise UserError(
            f"reports/efficiency: the candidate was timed on {len(own)} requests, the champion on "
            f"{len(other)}; `dvc repro` times both on the same"
        )
    return [mine / theirs for mine, theirs in zip(own, other, strict=True)]


def _check(
    name: str,
    values: list[float],
    share: float,
    most: float,
    confidence: float,
    what: str,
    unit: str,
) -> Check:
    """Return the check of one quantile."""
    low, high = quantile_interval(values, share, confidence)
    verdict = inside(low, high, most)
    value = what.format(f"{np.quantile(values, share):.3g}")
    reason = (
        f"{value} [{_bound(low, 'lower')}, {_bound(high, 'upper')}], n = {len(values)}, which "
        f"{WORDS[verdict]} the limit of {most:g}{unit}"
    )
    if math.isinf(high) and verdict == "HOLD":
        needed = fewest_for_upper(share, confidence)
        reason += f"; predict.latency_requests: {needed} would give one"
    return Check(name, verdict, reason)


def _bound(value: float, side: str) -> str:
    """Return an end of an interval in words."""
    return f"no {side} bound" if math.isinf(value) else f"{value:.3g}"
