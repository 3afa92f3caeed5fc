"""The three file shapes that the demo's rows are written in."""

from typing import Any

from tunesmith.demo.rows import Row

Record = dict[str, Any]


def alpaca(row: Row) -> Record:
    """Instruction, input, output; the details of a two-turn row stand in `input`."""
    instruction = row.turns[0]
    given = row.question if len(row.turns) > 1 else ""
    return {"instruction": instruction, "input": given, "output": row.answer, **_labels(row)}


def messages(row: Row) -> Record:
    """OpenAI messages, the answer last."""
    return {"messages": row.prompt() + row.completion(), **_labels(row)}


def prompt_completion(row: Row) -> Record:
    """Prompt and completion as lists of messages, with the kind of phrasing."""
    columns = {"prompt": row.prompt(), "completion": row.completion()}
    return {**columns, **_labels(row), "phrasing": row.phrasing}


def _labels(row: Row) -> Record:
    return {"intent": row.intent, "lang": row.lang}
