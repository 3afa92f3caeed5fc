"""Checks one row of a feedback round and fills in what the round decides."""

import json
from typing import Any

from tunesmith.errors import UserError
from tunesmith.rows import COLUMNS, EXTRAS, PLAIN, TURNS, Row, row_id, text_of
from tunesmith.text.script import script_language

KEYS = {*PLAIN, *EXTRAS}
ROLES = ("system", "user", "assistant", "tool")
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {  # any one of these sets of columns
    "chat": (("prompt", "completion"), ("messages",)),
    "classification": (("text", "label"), ("messages", "label")),
    "text": (("text",),),
    "preference": (("prompt", "chosen", "rejected"), ("chosen", "rejected")),
    "unpaired": (("prompt", "completion", "label"),),
    "stepwise": (("prompt", "completions", "labels"),),
}
BESIDE = ("replaces", "weight", "proposal")  # what a round says of a row that is no column
MOST_WEIGHT = 20
TEXTS = ("id", "text", "label", "tools", "source", "licence", "lang", "group", "parent", "op")
LISTS = {"completions": (str, "texts"), "labels": (bool, "true or false"), "images": (str, "texts")}


def checked_row(data: Any, where: str, source: str, op: str) -> Row:
    """Return a row of the schema; id, source and lang are made where the round has none.

    `replaces` (the id of the train row whose place it takes) and `weight` (how often training
    meets it) stay beside the columns where the round has them; `proposal` says where the row is
    from and is not kept.

    Raises:
        UserError: begins with `where`, the file and the line.
    """
    if not isinstance(data, dict):
        raise UserError(f"{where}: not a JSON object")
    known = (*COLUMNS, *BESIDE)
    unknown = sorted(key for key in set(data) - set(known) if data[key] is not None)
    if unknown:
        raise UserError(f"{where}: unknown {', '.join(unknown)}; known: {', '.join(known)}")
    row: Row = {name: data.get(name) for name in COLUMNS}
    _check_cells(row, where)
    _check_task(row, where)
    if row["split"] not in (None, "train"):
        raise UserError(f"{where}: split {row['split']!r}: feedback rows are train rows")
    row |= {"split": "train", "op": op, "source": row["source"] or source}
    row["meta"] = _meta(row["meta"], where)
    row["lang"] = row["lang"] or script_language(text_of(row))
    row["id"] = row["id"] or row_id(op, row)
    return row | _beside(data, where)


def _beside(data: dict[str, Any], where: str) -> dict[str, Any]:
    """Return what is said of the row's place and weight; nothing where nothing is."""
    found = {key: data[key] for key in ("replaces", "weight") if data.get(key) is not None}
    replaces, weight = found.get("replaces", ""), found.get("weight", 1)
    if not isinstance(replaces, str):
        raise UserError(f"{where}: replaces: the id of a train row, not {replaces!r}")
    if not isinstance(weight, int) or isinstance(weight, bool) or not 1 <= weight <= MOST_WEIGHT:
        raise UserError(f"{where}: weight: a whole number from 1 to {MOST_WEIGHT}, not {weight!r}")
    return found


def _check_cells(row: Row, where: str) -> None:
    """Refuse a cell of the wrong kind."""
    for name in TEXTS:
        if not isinstance(row[name], str | None):
            raise UserError(f"{where}: {name}: a text, not {row[name]!r}")
    for name in TURNS:
        if row[name] is not None and not _are_messages(row[name]):
            raise UserError(
                f"{where}: {name}: a list of messages, each with a role ({', '.join(ROLES)}) "
                f"and a content, and if need be {', '.join(EXTRAS)}, all texts"
            )
    if row["tools"] is not None and not _is_json_list(row["tools"]):
        raise UserError(f"{where}: tools: a JSON list of function descriptions, as text")
    for name, (kind, what) in LISTS.items():
        cell = row[name]
        if cell is not None and not (
            isinstance(cell, list) and all(isinstance(item, kind) for item in cell)
        ):
            raise UserError(f"{where}: {name}: a list of {what}, not {cell!r}")


def _are_messages(value: Any) -> bool:
    """True for a list of at least one message."""
    return (
        isinstance(value, list)
        and len(value) > 0
        and all(isinstance(turn, dict) and set(PLAIN) <= set(turn) <= KEYS for turn in value)
        and all(turn["role"] in ROLES for turn in value)
        and all(isinstance(cell, str) for turn in value for cell in turn.values())
    )


def _is_json_list(text: str) -> bool:
    """True for the JSON text of a list."""
    try:
        return isinstance(json.loads(text), list)
    except json.JSONDecodeError:
        return False


def _check_task(row: Row, where: str) -> None:
    """Refuse a row that lacks what its task needs."""
    if row["task"] not in NEEDED:
        raise UserError(f"{where}: task {row['task']!r}; known: {', '.join(NEEDED)}")
    shapes = NEEDED[row["task"]]
    if not any(all(row[name] is not None for name in names) for names in shapes):
        wanted = " or ".join(" + ".join(names) for names in shapes)
        raise UserError(f"{where}: a row of task {row['task']} needs {wanted}")


def _meta(value: Any, where: str) -> str | None:
    """Return meta as the table holds it, from an object or its text."""
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except json.JSONDecodeError:
        found = value
    if found is None:
        return None
    if not isinstance(found, dict):
        raise UserError(f"{where}: meta: a JSON object, not {value!r}")
    return json.dumps(found, sort_keys=True, ensure_ascii=False)
