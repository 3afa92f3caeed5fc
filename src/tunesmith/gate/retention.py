"""What the candidate still knows of what its base knew, set by set."""

from collections.abc import Mapping
from typing import Any

from tunesmith.errors import UserError
from tunesmith.gate import GateParams
from tunesmith.gate.check import Check, limit_words, within
from tunesmith.gate.gain import Gain, better_side, gain
from tunesmith.sets import OF_TEXT, RETENTION, judged_by


def retention_checks(
    comparisons: dict[str, Any], metrics: dict[str, Any], settings: GateParams
) -> list[Check]:
    """Return one check a retention set: the share of the base's score that is lost, and its limit.

    Without a limit, those that lost for sure are told, and stop nothing.

    Raises:
        UserError: a limit is set and no retention set was evaluated, or one has no metric for it.
    """
    sets = comparisons["against"]["base"]["sets"]
    names = [name for name in sets if name.startswith(RETENTION)]
    if settings.retention_loss is None:
        told = (_unlimited(name, sets[name], metrics, settings) for name in names)
        return [check for check in told if check]
    if not names:
        raise UserError(
            "params.yaml: gate.retention_loss: no retention set was asked; put one into "
            "data/retention, or take the limit out"
        )
    return [_check(name, sets[name], metrics, settings) for name in names]


def _check(
    name: str, found: dict[str, Any], metrics: dict[str, Any], settings: GateParams
) -> Check:
    """Return the check of one set."""
    metric = _metric(name, found, settings)
    own = _share_kept(name, metric, found, metrics, settings)
    assert settings.retention_loss is not None
    verdict = within(-own.high, -own.low, settings.retention_loss, own.n)
    told = f"{limit_words(verdict, own.n)} the limit of {100 * settings.retention_loss:g}%"
    return Check(name, verdict, f"{name}: {metric} {_lost(own)}, which {told}, n = {own.n}")


def _unlimited(
    name: str, found: dict[str, Any], metrics: dict[str, Any], settings: GateParams
) -> Check | None:
    """Return what a set lost for sure, where nothing limits it; None: nothing, or none can tell."""
    metric = judged_by(settings.metric, found)
    if metric is None:
        return None
    own = _share_kept(name, metric, found, metrics, settings)
    if not own.is_loss(settings.confidence):
        return None
    no_limit = "gate.retention_loss is not set, so this stops nothing"
    return Check(name, "SHIP", f"{name}: {metric} {_lost(own)}, n = {own.n}; {no_limit}")


def _share_kept(
    name: str,
    metric: str,
    found: dict[str, Any],
    metrics: dict[str, Any],
    settings: GateParams,
) -> Gain:
    """Return the gain over the base as a share of its score."""
    own = gain(
        found[metric], settings.confidence, better_side(metrics, metric, "gate.retention_loss")
    )
    base = abs(metrics["sets"][name]["base"][metric]["value"]) or 1.0
    return Gain(own.value / base, own.low / base, own.high / base, own.p, own.n)


def _lost(own: Gain) -> str:
    """Return what was lost in percent, with its interval."""
    return f"lost {-own.value:.1%} of the base's [{-own.high:.1%}, {-own.low:.1%}]"


def _metric(name: str, found: Mapping[str, Any], settings: GateParams) -> str:
    """Return what a set is judged by: the gate's metric, or bits per byte where it has no such.

    Raises:
        UserError: it has neither.
    """
    if metric := judged_by(settings.metric, found):
        return metric
    raise UserError(
        f'params.yaml: gate.retention_loss: {name} has neither "{settings.metric}" nor '
        f'"{OF_TEXT}" (it has {", ".join(found) or "none"}); add {OF_TEXT} to evaluate.metrics, '
        "decide by a metric that it has, or take the limit out"
    )
