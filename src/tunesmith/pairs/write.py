"""Writes pairs where stage collect finds them, and says what became of the rows."""

from pathlib import Path

from tunesmith.files import write_jsonl
from tunesmith.pairs.pair import Pairs


def write_pairs(found: Pairs, rows: int, out: Path) -> str:
    """Write preference rows and return what to tell the user."""
    write_jsonl(out, found.rows)
    lines = [f"{out}: {len(found.rows):,} pairs of {rows:,} rows"]
    return "\n".join([*lines, *(f"left out: {n:,}, {why}" for why, n in found.left_out.items())])
