"""`tunesmith lineage`: as text, JSON, a picture, and a list of rows."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from flows.history import History
from flows.lineage import lineage
from flows.subjects import subject, traces_of
from tunesmith.errors import UserError
from tunesmith.files import csv_cell, write_text
from tunesmith.lineage.graph import graph_of
from tunesmith.lineage.picture import draw
from tunesmith.lineage.words import lines_of

COLUMNS = ("version", "table", "id", "source", "parent", "op")


def tell(thing: str, as_json: bool, picture: Path | None, rows: Path | None, pull: bool) -> None:
    """Print a lineage, and write what else is asked for.

    Raises:
        UserError: nothing is called so, or its rows cannot be listed.
    """
    history = History(pull=pull)
    record = lineage(thing, history)
    if picture is not None:
        write_text(picture, draw(graph_of(record)))
    if rows is not None:
        _write_rows(rows, record, thing, history)
    if as_json:
        typer.echo(json.dumps(record, indent=2, ensure_ascii=False))
    else:
        typer.echo("\n".join(lines_of(record)))


def _write_rows(path: Path, record: dict[str, Any], thing: str, history: History) -> None:
    """Write the rows as CSV: of a version all that it has seen, else those that were asked for.

    Raises:
        UserError: a table is not in the cache; half a list would be taken for the whole.
    """
    missing = [one for held in record.get("versions", [record]) for one in held["missing"]]
    if missing:
        raise UserError(f"{missing[0]}: not in DVC's cache here, so rows would lack; `--pull`")
    lines = [",".join(COLUMNS)]
    lines += [",".join(map(_cell, row)) for row in _listed(record, thing, history)]
    write_text(path, "\n".join(lines))


def _listed(record: dict[str, Any], thing: str, history: History) -> Iterator[tuple[Any, ...]]:
    """Yield version, table and origin of each row."""
    if record["kind"] == "version":
        found = subject(thing, history)
        assert found is not None, "its lineage was told"
        for one in traces_of(found, history)[0]:
            yield found.name, one.table, one.id, one.source, one.parent, one.op
    for held in record.get("versions", []):
        for row in held["rows"]:
            yield held["name"], *(row[key] for key in COLUMNS[1:])


def _cell(value: str | None) -> str:
    """Return one cell of CSV."""
    text = csv_cell(value or "")
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if set(text) & set(',"\n') else text
