"""How much of the demo's labelled flaws cleaning finds, and how much that is sound it costs.

Run from the root of the project: `python -m benchmarks.clean_demo`. It cleans with the steps of
params.yaml and ends with 1 if a target is missed.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from stages.clean import clean
from stages.collect import collect
from tunesmith.cleaners import CleanParams
from tunesmith.params import read_seed
from tunesmith.rows import Row, conversation, to_frame, to_rows
from tunesmith.sources import CollectParams

DEMO = Path("data/demo")
FOUND_AT_LEAST = 0.95
KEPT_AT_LEAST = 0.99
Record = dict[str, Any]
Flaw = dict[str, str]


def _was(action: str) -> Callable[[list[Record], Row | None, Flaw], bool]:
    """Return a test for a row of which some decision has this action."""
    return lambda decisions, _row, _flaw: any(one["action"] == action for one in decisions)


def _repaired(_decisions: list[Record], row: Row | None, flaw: Flaw) -> bool:
    """True if the row stays and a message ends with the question exactly as it was."""
    turns = conversation(row) if row is not None else []
    return any(turn["content"].endswith(flaw["detail"]) for turn in turns)


def _masked(decisions: list[Record], row: Row | None, _flaw: Flaw) -> bool:
    """True if the row stays and something in it was masked."""
    return row is not None and any(one["step"] == "pii" for one in decisions)


def _stays(_decisions: list[Record], row: Row | None, _flaw: Flaw) -> bool:
    """True if the row stays."""
    return row is not None


OUTCOMES: Mapping[str, Callable[[list[Record], Row | None, Flaw], bool]] = {
    "drop": _was("drop"),
    "flag": _was("flag"),
    "repair": _repaired,
    "mask": _masked,
    "keep": _stays,
}
SOUND: Flaw = {"kind": "(sound rows)", "expected": "keep", "detail": ""}


def scored(flaws: Mapping[str, Flaw]) -> dict[tuple[str, str, str], list[bool]]:
    """Return, for each kind, expectation and file, whether each row met what is expected of it.

    Args:
        flaws: place of a row, as its `source` has it → its line in flaws.csv.
    """
    collected = collect(DEMO, CollectParams.read("collect").sources)
    cleaned, _ = clean(to_frame(collected.rows), CleanParams.read("clean"), read_seed())
    decisions: dict[str, list[Record]] = defaultdict(list)
    for decision in cleaned.decisions:
        decisions[decision["id"]].append(decision)
    kept = {row["id"]: row for row in to_rows(cleaned.kept)}
    outcomes: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    for row in collected.rows:
        flaw = flaws.get(row["source"], SOUND)
        met = OUTCOMES[flaw["expected"]](decisions[row["id"]], kept.get(row["id"]), flaw)
        key = (flaw["kind"], flaw["expected"], row["source"].partition(":")[0])
        outcomes[key].append(met)
    return outcomes


def main() -> None:
    """Print one line for each kind of flaw and file."""
    with (DEMO / "flaws.csv").open(encoding="utf-8", newline="") as handle:
        flaws = {f"{row['file']}:{row['line']}": row for row in csv.DictReader(handle)}
    table = Table("flaw", "expected", "file", "rows", "met", "share", "target")
    missed = False
    for (kind, expected, file), met in sorted(scored(flaws).items()):
        target = KEPT_AT_LEAST if expected == "keep" else FOUND_AT_LEAST
        share = sum(met) / len(met)
        missed |= share < target
        style = "red" if share < target else None
        cells = (
            kind,
            expected,
            file,
            f"{len(met):,}",
            f"{sum(met):,}",
            f"{share:.3f}",
            f"{target}",
        )
        table.add_row(*cells, style=style)
    Console().print(table)
    raise SystemExit(1 if missed else 0)


if __name__ == "__main__":
    main()
