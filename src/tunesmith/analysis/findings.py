"""Everything that was found, in one tree, each with one thing to do."""

from typing import TYPE_CHECKING, Any

from tunesmith.rows import to_rows

if TYPE_CHECKING:
    import pandas as pd


def slice_findings(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return the weak slices, the costliest first."""
    weak = table[table["weak"].astype(bool)] if len(table) else table
    return [{**line, "action": _slice_action(line)} for line in to_rows(weak)]


def _slice_action(line: dict[str, Any]) -> str:
    """Say what to do about a weak slice."""
    return (
        f"Promote the proposed train rows for {line['slice']}={line['value']} and grow them: it "
        f"is {line['shortfall']:.3f} below the rest, at least {line['impact']:.1f} rows' worth."
    )


def actions(found: dict[str, Any]) -> list[str]:
    """Return what to do, the weak slices first, then error kinds, pairs and clusters."""
    kinds = [f"{k['title']} ({k['count']} rows): {k['action']}" for k in found["error_types"][:3]]
    others = [*found["confusions"][:3], *found["clusters"][:2]]
    return [
        *(item["action"] for item in found["slices"][:3]),
        *kinds,
        *(item["action"] for item in others),
    ]
