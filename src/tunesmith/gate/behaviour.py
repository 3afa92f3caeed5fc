"""Behaviour that must not get worse: tests, or all tests of a capability, against the champion."""

from collections.abc import Mapping
from typing import Any

from tunesmith.behaviour.regressions import Compared, regressions
from tunesmith.errors import UserError
from tunesmith.gate import GateParams
from tunesmith.gate.check import Check


def behaviour_checks(tree: Mapping[str, Any], settings: GateParams) -> list[Check]:
    """Return one check for each protected test, or group of a protected capability.

    Args:
        tree: what stage evaluate wrote of the behavioural tests.
        settings: which of them are protected.

    Raises:
        UserError: a protected name is no test and no capability that was asked.
    """
    lines = [
        (line, _names(line, part))
        for part in ("tests", "groups")
        for line in regressions(tree, confidence=settings.confidence, part=part)
    ]
    return [_check(line) for name in settings.protected_behaviour for line in _found(name, lines)]


def _names(line: Compared, part: str) -> str:
    """Return what a line is protected by: the test's name, or the group's capability."""
    return line.name if part == "tests" else capability_of(line.name)


def capability_of(group: str) -> str:
    """Return the capability of a `capability/kind/language`; it may hold a slash itself."""
    return group.rsplit("/", 2)[0]


def _found(name: str, lines: list[tuple[Compared, str]]) -> list[Compared]:
    """Return the lines of a name."""
    own = [line for line, known in lines if known == name]
    if not own:
        known = ", ".join(sorted({one for line, one in lines if one != line.name})) or "none"
        raise UserError(
            f'params.yaml: gate.protected_behaviour: "{name}" is no test and no capability that '
            f"was asked; capabilities: {known}; tests are in data/behaviour"
        )
    return own


def _check(line: Compared) -> Check:
    """Say what a line adds; nothing where the candidate is not worse for sure."""
    if not line.worse:
        return Check(line.name, "SHIP", None)
    return Check(
        line.name,
        "REJECT",
        f"{line.name}, which is protected, fails in {line.candidate:.0%} of its cases, the "
        f"champion in {line.champion:.0%} (n = {line.n}, exact p = {line.p:.3f})",
    )
