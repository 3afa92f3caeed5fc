"""Renames columns as params.yaml says: our name → theirs, also inside of nested objects."""

from collections.abc import Mapping
from typing import Any

from tunesmith.importers import NAMES
from tunesmith.importers.base import Record, ShapeError

ABSENT = object()


def renamed(record: Record, columns: Mapping[str, str]) -> Record:
    """Return the record under our names; what was renamed does not stay under theirs.

    Args:
        record: one row as the source has it; left as it was.
        columns: our name → theirs; `data.question` is `question` inside of `data`.

    Raises:
        ShapeError: it lacks a column that params.yaml names.
    """
    if not columns:
        return record
    found = {ours: _at(record, theirs) for ours, theirs in columns.items()}
    for ours, theirs in columns.items():
        if found[ours] is ABSENT:
            there = ", ".join(map(str, record))
            turned = ours in record and theirs in NAMES and ours not in NAMES
            hint = f"; our name stands first: `{{{theirs}: {ours}}}`" if turned else ""
            raise ShapeError(f'no column "{theirs}"; columns: {there}{hint}')
    rest: Record = record
    for theirs in columns.values():
        rest = _without(rest, theirs)
    return {**rest, **found}


def _at(record: Any, name: str) -> Any:
    """Return the cell of a name or of a path with dots, ABSENT if there is none."""
    if not isinstance(record, Mapping):
        return ABSENT
    if name in record:
        return record[name]
    outer, dot, inner = name.partition(".")
    return _at(record.get(outer), inner) if dot else ABSENT


def _without(record: Record, name: str) -> Record:
    """Return the record without a cell; an object that this empties goes too."""
    if name in record:
        return {key: value for key, value in record.items() if key != name}
    outer, dot, inner = name.partition(".")
    inside = record.get(outer)
    if not dot or not isinstance(inside, Mapping):
        return record  # renamed twice, so it is gone already
    kept = _without(inside, inner)
    return {k: kept if k == outer else v for k, v in record.items() if k != outer or kept}
