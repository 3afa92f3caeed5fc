"""Freezes the test rows: their ids are test from now on, and no other row becomes one."""

from pathlib import Path

from tunesmith.rows import read_rows
from tunesmith.splitting.frozen import freeze


def freeze_test_rows(rows: Path, frozen: Path) -> str:
    """Add the ids of the test table to the list and return what to tell the user."""
    ids = set(read_rows(rows)["id"])
    new = freeze(frozen, ids)
    return f"{frozen}: {new:,} ids added, {len(ids):,} test rows are frozen; commit the file"
