"""Reads rows that people gave for the next round: the pool, and those written by hand."""

from pathlib import Path
from typing import Any

from tunesmith.augmenters.feedback_row import checked_row
from tunesmith.errors import UserError
from tunesmith.rows import Row
from tunesmith.text.json_lines import json_lines

BESIDE = (".gitkeep", ".gitignore", "README.md")
ENDS = (".jsonl", ".jsonl.gz")
STAND_IN: dict[str, dict[str, Any]] = {  # for the check of a row that has no answer yet
    "chat": {"completion": [{"role": "assistant", "content": "-"}]},
    "classification": {"label": "-"},
}


def read_given(folder: Path, kind: str) -> list[Row]:
    """Return the rows of every file of a folder, in the order of the files' names and lines.

    A row has the columns of a round of feedback. `prompt` and `completion` may be plain texts, and
    of task chat (`prompt`) and classification (`text`) the answer and `task` itself may be missing.
    `slice` says which weak slice a row is for; it is kept beside the columns.

    Args:
        folder: of `.jsonl` files.
        kind: the maker whose rows these are; it goes into `op`, ids and `source`.

    Raises:
        UserError: no such folder, a file of another kind, or a line that is no row (file:line).
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; an empty one will do")
    files = sorted(path for path in folder.iterdir() if _has_rows(path))
    return [
        given_row(data, f"{path}:{line}", f"{kind}/{path.name}:{line}", kind)
        for path in files
        for line, data in json_lines(path)
    ]


def _has_rows(path: Path) -> bool:
    """True for a file of rows, False for what may lie beside it."""
    if path.name in BESIDE or path.suffix == ".dvc":
        return False
    if not path.name.endswith(ENDS):
        raise UserError(f"{path}: rows are read from .jsonl and .jsonl.gz; move it elsewhere")
    return True


def given_row(data: dict[str, Any], where: str, source: str, kind: str) -> Row:
    """Return the row of one line, with `slice` beside its columns where the line has it.

    Raises:
        UserError: begins with `where`.
    """
    wanted = data.get("slice")
    if not isinstance(wanted, str | None):
        raise UserError(f"{where}: slice: the name of a slice, not {wanted!r}")
    told = _spelled_out({key: cell for key, cell in data.items() if key != "slice"})
    blank = {} if is_answered(told) else STAND_IN.get(str(told.get("task")), {})
    row = checked_row({**told, **blank}, where, source, kind)
    row |= dict.fromkeys(blank)
    return {**row, "split": None, **({"slice": wanted} if wanted else {})}


def is_answered(row: Row) -> bool:
    """True for a row that says what the right answer is."""
    if row.get("task") == "classification":
        return row.get("label") is not None
    if row.get("task") == "chat":
        return any(row.get(key) is not None for key in ("completion", "messages"))
    return True


def _spelled_out(data: dict[str, Any]) -> dict[str, Any]:
    """Return a line with its task named and plain texts as messages."""
    roles = {"prompt": "user", "completion": "assistant"}
    turns = {
        key: [{"role": role, "content": data[key]}]
        for key, role in roles.items()
        if isinstance(data.get(key), str)
    }
    task = "classification" if data.get("text") is not None else "chat"
    return {"task": task, **data, **turns}
