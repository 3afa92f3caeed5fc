"""Reads rows that people gave for the next round: the pool, and those written by hand."""

from pathlib import Path
from typing import Any

from tunesmith.augmenters.feedback_row import checked_row
from tunesmith.errors import UserError
from tunesmith.rows import Row, prompt_text
from tunesmith.text.json_lines import json_lines

BESIDE = (".gitkeep", ".gitignore", "README.md")
SKIPPED = (".dvc", ".torn")  # what DVC keeps, and what a crash left of a line
ENDS = (".jsonl", ".jsonl.gz")
STAND_IN: dict[str, dict[str, Any]] = {  # for the check of a row that has no answer yet
    "chat": {"completion": [{"role": "assistant", "content": "-"}]},
    "classification": {"label": "-"},
}


def read_given(folder: Path, kind: str, answered: bool = False) -> list[Row]:
    """Return the rows of every file of a folder, in the order of the files' names and lines.

    A row has the columns of a round of feedback. `prompt` and `completion` may be plain texts, and
    of task chat (`prompt`) and classification (`text`) the answer and `task` itself may be missing.
    `slice` says which weak slice a row is for; it is kept beside the columns.

    Args:
        folder: of `.jsonl` files.
        kind: what begins their `source`, and is their `op`.
        answered: every row must have an answer.

    Raises:
        UserError: no such folder, a file of another kind, or a line that is no row (file:line).
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; an empty one will do")
    files = sorted(path for path in folder.iterdir() if _has_rows(path))
    rows = []
    for path in files:
        for line, data in json_lines(path):
            where = f"{path}:{line}"
            row = given_row(data, where, f"{kind}/{path.name}:{line}", kind)
            if answered and not is_answered(row):
                raise UserError(f"{where}: there is no answer; write one, or put it in the pool")
            rows.append(row)
    return rows


def _has_rows(path: Path) -> bool:
    """True for a file of rows, False for what may lie beside it."""
    if path.name in BESIDE or path.suffix in SKIPPED:
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
    if not prompt_text(row).strip():
        raise UserError(f"{where}: the question is empty")
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
