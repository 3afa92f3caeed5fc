"""Decides whether a candidate takes the champion's place, and says why."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from tunesmith.errors import UserError
from tunesmith.gate import GateParams
from tunesmith.gate.behaviour import behaviour_checks
from tunesmith.gate.check import Check, Verdict, strictest
from tunesmith.gate.forgetting import forgetting_checks
from tunesmith.gate.gain import Gain, better_side, gain
from tunesmith.gate.latency import latency_checks
from tunesmith.gate.limits import limit_checks
from tunesmith.gate.retention import retention_checks
from tunesmith.slices import MIN_ROWS

NO_SEQUENCE: Mapping[str, Any] = {"steps": []}
MOST_NAMED = 3  # slices of few rows


@dataclass(frozen=True)
class Decision:
    """The verdict with its reasons in words, and the interval that it rests on."""

    verdict: Verdict
    reasons: list[str]
    metric: str
    difference: float
    low: float
    high: float
    confidence: float
    min_gain: float
    slices: list[dict[str, Any]]
    checks: list[Check]

    def as_dict(self) -> dict[str, Any]:
        """Return the parts by name."""
        return asdict(self)


def decide(
    comparisons: dict[str, Any],
    metrics: dict[str, Any],
    settings: GateParams,
    behaviour: Mapping[str, Any],
    costs: Mapping[str, dict[str, Any]],
    sequence: Mapping[str, Any] = NO_SEQUENCE,
) -> Decision:
    """Return SHIP, HOLD or REJECT: the strictest that the gain and every check allow.

    The gain is the paired difference to the champion. SHIP: its whole interval lies above
    `min_gain`, and p is at most one minus the confidence. REJECT: it lies below 0, with such a p.
    HOLD: anything else. A protected slice that lost for sure, by the same rule, rejects, and so
    does protected behaviour that fails more; slices of fewer than 30 rows are shown and not
    judged. Retention, forgetting, limits and latency reject what breaks a limit for sure, and hold
    what may.

    Args:
        comparisons: what stage evaluate wrote.
        metrics: what stage evaluate wrote.
        settings: the metric and the limits.
        behaviour: what stage evaluate wrote of the behavioural tests.
        costs: model → what stage predict measured; read where latency is limited.
        sequence: what stage sequence wrote.

    Raises:
        UserError: a metric, slice, set or protected behaviour was not evaluated, or a metric has
            no better side.
    """
    sign = better_side(metrics, settings.metric, "gate.metric")
    against = comparisons["against"]["champion"]
    own = gain(against["overall"][settings.metric], settings.confidence, sign)
    slices = _protected(against["slices"], settings, sign)
    checks = [
        _gain_check(own, settings, metrics["about"][settings.metric]["binary"]),
        *_slice_checks(slices, settings),
        *behaviour_checks(behaviour, settings),
        *retention_checks(comparisons, metrics, settings),
        *forgetting_checks(sequence, settings),
        *limit_checks(metrics, behaviour, settings),
        *latency_checks(costs, settings),
    ]
    return Decision(
        strictest(checks),
        [check.reason for check in checks if check.reason],
        settings.metric,
        own.value,
        own.low,
        own.high,
        settings.confidence,
        settings.min_gain,
        slices,
        checks,
    )


def _protected(slices: dict[str, Any], settings: GateParams, sign: int) -> list[dict[str, Any]]:
    """Return the gain of every value of the protected slices."""
    found = []
    for name in settings.protected_slices:
        if name not in slices:
            raise UserError(
                f'params.yaml: gate.protected_slices: "{name}" was not evaluated; add it to '
                f"evaluate.slices (there now: {', '.join(slices) or 'none'})"
            )
        for value, part in slices[name].items():
            own = gain(part[settings.metric], settings.confidence, sign)
            judged = own.n >= MIN_ROWS
            found.append({"slice": f"{name}={value}", "judged": judged, **asdict(own)})
    return found


def _gain_check(own: Gain, settings: GateParams, binary: bool) -> Check:
    """Say what the overall interval means.

    Args:
        own: the gain; its p is McNemar's exact one where rows are right or wrong, which a
            bootstrap interval of few rows that differ can fall short of.
        settings: the limits.
        binary: rows are right or wrong.
    """
    if own.is_loss(settings.confidence):
        verdict: Verdict = "REJECT"
        what = "is worse than the champion's"
    elif own.is_above(settings.min_gain, settings.confidence):
        verdict = "SHIP"
        what = "is better than the champion's"
        what += f" by more than {settings.min_gain:g}" if settings.min_gain else ""
    else:
        verdict = "HOLD"
        what = _unsure(own, settings.min_gain, binary)
    sure = f"{settings.confidence:.0%} interval"
    return Check("gain", verdict, f"{settings.metric} {what}: {own.words()} ({sure})")


def _unsure(own: Gain, min_gain: float, binary: bool) -> str:
    """Say why a gain or a loss is not sure."""
    if own.low == own.high == 0:
        return "is the champion's on every row that was drawn"
    if own.high >= 0 and own.low <= min_gain:
        return f"may or may not gain more than {min_gain:g} over the champion's"
    what = "loses against the champion's" if own.high < 0 else "gains over the champion's"
    if binary:
        return f"{what} by too few rows that differ (exact p = {own.p:.3f})"
    return f"{what}, but that may be chance (p = {own.p:.3f})"


def _slice_checks(slices: list[dict[str, Any]], settings: GateParams) -> list[Check]:
    """Return a check for each slice; those of few rows share one where they are many."""
    few = [part["slice"] for part in slices if not part["judged"]]
    if len(few) <= MOST_NAMED:
        return [_slice_check(part, settings) for part in slices]
    named = f"{', '.join(few[:MOST_NAMED])} and {len(few) - MOST_NAMED} more"
    words = f"{len(few)} protected slices have fewer than {MIN_ROWS} rows and were not judged"
    judged = [_slice_check(part, settings) for part in slices if part["judged"]]
    return [*judged, Check("slices of few rows", "SHIP", f"{words}: {named}")]


def _slice_check(part: dict[str, Any], settings: GateParams) -> Check:
    """Say what a protected slice adds; nothing where it did not get worse."""
    name = part["slice"]
    own = Gain(**{field: part[field] for field in ("value", "low", "high", "p", "n")})
    if not part["judged"]:
        few = f"{name} has fewer than {MIN_ROWS} rows and was not judged: {own.words()}"
        return Check(name, "SHIP", few)
    if own.is_loss(settings.confidence):
        worse = f"{name}, which is protected, got worse in {settings.metric}: {own.words()}"
        return Check(name, "REJECT", worse)
    return Check(name, "SHIP", None)
