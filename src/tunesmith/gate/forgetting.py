"""What a sequence of tasks has forgotten of each, and the limit of it."""

from collections.abc import Mapping
from typing import Any

from tunesmith.errors import UserError
from tunesmith.gate import GateParams
from tunesmith.gate.check import Check, limit_words, within


def forgetting_checks(sequence: Mapping[str, Any], settings: GateParams) -> list[Check]:
    """Return one check for each task but the last: how far it fell below its best.

    Without a limit, tasks that lost for sure are told, and stop nothing.

    Args:
        sequence: what stage sequence wrote.
        settings: the limit, in the unit of `sequence.metric`.

    Raises:
        UserError: a limit is set, and no sequence was measured.
    """
    if not sequence["steps"]:
        if settings.forgetting is None:
            return []
        raise UserError(
            "params.yaml: gate.forgetting: no sequence was measured; name its models in "
            "sequence.steps, or take the limit out"
        )
    lost = sequence["forgotten"].items()
    checks = (_check(task, found, sequence["metric"], settings) for task, found in lost)
    return [check for check in checks if check]


def _check(task: str, found: Mapping[str, Any], metric: str, settings: GateParams) -> Check | None:
    """Return the check of one task; None where nothing is limited and nothing lost for sure."""
    name = f"forgetting of {task}"
    low, high = found["intervals"][str(settings.confidence)]
    words = f"{name}: {metric} fell by {found['value']:.4f} [{low:.4f}, {high:.4f}] from its best"
    if settings.forgetting is None:
        told = f"{words}, n = {found['n']}; gate.forgetting is not set, so this stops nothing"
        return Check(name, "SHIP", told) if low > 0 else None
    verdict = within(low, high, settings.forgetting, found["n"])
    limit = f"{limit_words(verdict, found['n'])} the limit of {settings.forgetting:g}"
    return Check(name, verdict, f"{words}, which {limit}, n = {found['n']}")
