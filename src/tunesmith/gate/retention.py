"""What the candidate still knows of what its base knew, set by set."""

from typing import Any

from tunesmith.errors import UserError
from tunesmith.gate import GateParams
from tunesmith.gate.check import Check, within
from tunesmith.gate.gain import better_side, gain

PREFIX = "retention:"
OF_TEXT = "bits_per_byte"


def retention_checks(
    comparisons: dict[str, Any], metrics: dict[str, Any], settings: GateParams
) -> list[Check]:
    """Return one check a retention set: the share of the base's score that is lost, and its limit.

    Raises:
        UserError: a limit is set and no retention set was evaluated.
    """
    if settings.retention_loss is None:
        return []
    sets = comparisons["against"]["base"]["sets"]
    names = [name for name in sets if name.startswith(PREFIX)]
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
    metric = OF_TEXT if OF_TEXT in found else settings.metric
    own = gain(
        found[metric], settings.confidence, better_side(metrics, metric, "gate.retention_loss")
    )
    base = abs(metrics["sets"][name]["base"][metric]["value"]) or 1.0
    low, high = -own.high / base, -own.low / base
    assert settings.retention_loss is not None
    verdict = within(low, high, settings.retention_loss)
    words = {
        "SHIP": "keeps to the limit of",
        "HOLD": "may be more than the limit of",
        "REJECT": "is more than the limit of",
    }[verdict]
    return Check(
        name,
        verdict,
        f"{name}: {metric} lost {-own.value / base:.1%} of the base's [{low:.1%}, {high:.1%}], "
        f"which {words} {settings.retention_loss:.0%}, n = {own.n}",
    )
