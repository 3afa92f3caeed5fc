"""How one stage of a run ended, for the table at its end and for Prefect's records."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import JsonValue, TypeAdapter

from tunesmith.component import Component
from tunesmith.stage import WORK

Ending = Literal["Ran", "Unchanged", "Restored", "Pulled", "Failed", "Not run"]


class StageResult(Component):
    """One row of the closing table; `reason` is set for a failed stage only."""

    stage: str
    outcome: Ending
    seconds: float | None = None
    peak_memory_bytes: int | None = None
    reason: str = ""


def failed_stage(results: Sequence[StageResult]) -> StageResult | None:
    """Return the stage at which a run stopped, if it did."""
    return next((result for result in results if result.outcome == "Failed"), None)


def summary(results: Sequence[StageResult]) -> str:
    """Return how many stages ended in which way."""
    outcomes = [result.outcome for result in results]
    return ", ".join(f"{outcomes.count(name)} {name.lower()}" for name in dict.fromkeys(outcomes))


def timing_file(stage: str) -> Path:
    """Return where a stage of ours notes its seconds and memory when it has run."""
    return WORK / "timings" / f"{stage}.json"


def timing_mark(stage: str) -> tuple[int, int] | None:
    """Return what tells a stage's note from an earlier one, None if there is none.

    It is compared for being another, not for being later: the clock may have been set back.
    """
    path = timing_file(stage)
    if not path.exists():
        return None
    found = path.stat()
    return found.st_ino, found.st_mtime_ns


def peak_memory_bytes(stage: str, before: tuple[int, int] | None) -> int | None:
    """Return the largest memory of the stage's process if it ran since `before` was its mark."""
    if timing_mark(stage) in (None, before):
        return None
    text = timing_file(stage).read_text("utf-8")
    record = TypeAdapter(dict[str, JsonValue]).validate_python(json.loads(text))
    peak = record.get("peak_memory_bytes")
    return peak if isinstance(peak, int) else None
