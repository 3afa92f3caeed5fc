"""Proposals as lines of a spreadsheet, and what a person wrote into it as decisions."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from tunesmith.errors import UserError
from tunesmith.files import sha256_text
from tunesmith.review.decision import Decision
from tunesmith.review.edits import changes, edited
from tunesmith.review.proposal import Proposal
from tunesmith.review.view import form
from tunesmith.rows import PLAIN, Row

Cells: TypeAlias = dict[str, str]
COLUMNS = (
    *("id", "decision", "slice", "reason", "maker", "needs", "task", "lang"),
    *("prompt", "answer", "rejected", "note", "state"),
)
SAID = ("decision", "prompt", "answer", "rejected", "note")  # what a person may write into
WORDS = {
    **{"接受": "accept", "修改": "edit", "拒绝": "reject", "待定": "open"},
    **{word: word for word in ("accept", "edit", "reject", "open")},
}
PLACES = {  # column of the sheet → column of the row, by task
    "chat": {"prompt": "prompt", "answer": "completion"},
    "classification": {"prompt": "text", "answer": "label"},
    "text": {"prompt": "text"},
    "preference": {"prompt": "prompt", "answer": "chosen", "rejected": "rejected"},
    "unpaired": {"prompt": "prompt", "answer": "completion"},
    "stepwise": {"prompt": "prompt", "answer": "completions"},
}


def sheet_line(one: Proposal, last: Decision | None) -> Cells:
    """Return a proposal as cells, as it was decided last.

    A column with one plain message is its text, any other JSON. `state` tells whether a person
    has changed the line since.
    """
    row = {**one.row, **(last.edits if last else {})}
    cells = {
        "id": one.id,
        "decision": last.decision if last and last.decision != "open" else "",
        **{name: str(getattr(one.origin, name) or "") for name in ("slice", "reason", "maker")},
        "needs": one.origin.needs or "",
        "task": row["task"],
        "lang": row.get("lang") or "",
        **{name: _cell(form(row).get(column)) for name, column in _places(row).items()},
        "note": last.note if last else "",
    }
    made = {name: cells.get(name, "") for name in COLUMNS}
    return made | {"state": state_of(made)}


def state_of(cells: Mapping[str, str]) -> str:
    """Return 16 digits of what a person may write; line ends and spaces around do not count."""
    return sha256_text(json.dumps([_plain(cells[name]) for name in SAID]))[:16]


def decided(
    cells: Mapping[str, str], one: Proposal, last: Decision | None, where: str, by: str | None
) -> Decision | None:
    """Return the decision that a line of the sheet makes, None where nobody wrote into it.

    Raises:
        UserError: it is no decision, lets a row in that is none, or the proposal was decided on
            elsewhere since the sheet was written.
    """
    if state_of(cells) == cells["state"]:
        return None
    now = sheet_line(one, last)
    if now["state"] != cells["state"]:
        raise UserError(
            f"{where}: {one.id} was decided on elsewhere since this file was written; write "
            "another file, and decide there"
        )
    return _decision(cells, now, one, last, where, by)


def _decision(
    cells: Mapping[str, str],
    now: Cells,
    one: Proposal,
    last: Decision | None,
    where: str,
    by: str | None,
) -> Decision | None:
    """Return what a line says that somebody has written into."""
    word = _word(cells["decision"], where)
    row = {**one.row, **(last.edits if last else {})}
    texts = _changed(cells, now, row, where)
    if texts and word not in ("accept", "edit"):
        raise UserError(f"{where}: the texts were changed and decision is {word}; write edit")
    edits: dict[str, Any] = {}
    if word in ("accept", "edit"):
        edits = changes(one.row, {**row, **texts})
        edited(one.row, edits, where)
        if word == "edit" and not edits:
            raise UserError(f"{where}: decision is edit and no text was changed; write accept")
        word = "edit" if edits else "accept"
    if word == "open" and last is None:
        return None
    return Decision.model_validate(
        {
            "proposal": one.id,
            "decision": word,
            "edits": edits,
            "note": _note(cells["note"], where),
            "reviewer": by,
        }
    )


def _word(cell: str, where: str) -> str:
    """Return a decision in English or Chinese; an empty cell is an open one."""
    plain = cell.strip().lower()
    if plain and plain not in WORDS:
        raise UserError(f"{where}: decision {cell!r}; known: {', '.join(WORDS)}, or nothing")
    return WORDS.get(plain, "open")


def _note(cell: str, where: str) -> str:
    """Return a note that a decision can hold."""
    most = 2000
    if len(cell) > most:
        raise UserError(f"{where}: note: {len(cell):,} characters; at most {most:,}")
    return _plain(cell)


def _changed(cells: Mapping[str, str], now: Cells, row: Row, where: str) -> dict[str, Any]:
    """Return the columns of the row whose cell a person has changed."""
    places, filled = _places(row), form(row)
    for name in ("prompt", "answer", "rejected"):
        if name not in places and _plain(cells[name]) != _plain(now[name]):
            raise UserError(f"{where}: {name}: a row of task {row['task']} has none here")
    return {
        column: _value(cells[name], filled.get(column), f"{where}: {name}")
        for name, column in places.items()
        if _plain(cells[name]) != _plain(now[name])
    }


def _places(row: Row) -> dict[str, str]:
    """Return which column of the row each cell is; a conversation is one cell, `prompt`."""
    if row.get("messages"):
        label = {"answer": "label"} if row["task"] == "classification" else {}
        return {"prompt": "messages", **label}
    places = PLACES[row["task"]]
    return (
        places
        if row.get("prompt") is not None
        else {k: v for k, v in places.items() if v != "prompt"}
    )


def _cell(value: Any) -> str:
    """Return a column as a cell: a text as it is, one plain message its text, else JSON."""
    if value is None or isinstance(value, str):
        return value or ""
    if _is_one_message(value):
        return str(value[0]["content"])
    return json.dumps(value, ensure_ascii=False)


def _value(cell: str, before: Any, where: str) -> Any:
    """Return what a cell says in the shape that the column had before."""
    text = _plain(cell)
    if before is None or isinstance(before, str):
        return text
    if _is_one_message(before):
        return [{**before[0], "content": text}]
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{where}: not JSON: {error.msg} at column {error.colno}; several messages are a JSON "
            "list, easier to edit on the page"
        ) from None


def _is_one_message(value: Sequence[Any]) -> bool:
    """True for a list of one message that is a role and a text."""
    return len(value) == 1 and isinstance(value[0], dict) and set(value[0]) == set(PLAIN)


def _plain(cell: str) -> str:
    """Return a cell without what spreadsheets change: line ends, and spaces around."""
    return cell.replace("\r\n", "\n").replace("\r", "\n").strip()
