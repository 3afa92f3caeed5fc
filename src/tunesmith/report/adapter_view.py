"""The adapters of a candidate that has several: whom each answers, and what its own rows gained."""

from typing import Any

from tunesmith.report.evidence import Evidence, Tree
from tunesmith.report.words import count, interval, signed

MOST = 20  # lines
SHOWN = 3  # values of the field that one adapter answers


def adapters(evidence: Evidence) -> Tree:
    """Return a line for each adapter for the page; empty where the candidate has but one."""
    members = evidence.model.get("adapters", [])
    if not members:
        return {}
    asked = _asked(evidence)
    ordered = sorted(members, key=lambda one: -asked.get(one["name"], 0))
    return {
        "by": evidence.model["method"]["by"],
        "gains": any("gain" in one["metrics"] for one in members),
        "lines": [_line(one, asked) for one in ordered[:MOST]],
        "more": len(members) - len(ordered[:MOST]),
    }


def _asked(evidence: Evidence) -> dict[str, int]:
    """Return how many rows of the exam each adapter answered."""
    found = [one.get("rows_by_adapter", {}) for one in evidence.efficiency.values()]
    return next((one for one in found if one), {})


def _line(one: Tree, asked: dict[str, int]) -> Tree:
    """Return the line of an adapter."""
    values, found = one["answers"], one["metrics"]
    low, high = found.get("low", 0.0), found.get("high", 0.0)
    more = f" and {len(values) - SHOWN} more" if len(values) > SHOWN else ""
    return {
        "name": one["name"],
        "answers": ", ".join(values[:SHOWN]) + more or "all others",
        "train_rows": count(one["train_rows"]),
        "asked": count(asked.get(one["name"], 0)),
        "gain": signed(found["gain"]) if "gain" in found else "–",
        "interval": interval(low, high) if low < high else "",  # a single row has none
    }


def members(told: Tree, manifests: dict[str, Tree]) -> list[dict[str, Any]]:
    """Return the adapters of a bundle.

    Args:
        told: `bundle.json`.
        manifests: of its members, those that there are.
    """
    rule = told["rule"]["to"]
    return [
        {
            "name": name,
            "answers": sorted(value for value, adapter in rule.items() if adapter == name),
            "train_rows": manifest.get("rows", {}).get("train", 0),
            "metrics": manifest.get("metrics", {}),
        }
        for name, manifest in manifests.items()
    ]
