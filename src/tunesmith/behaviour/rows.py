"""Behavioural prompts as rows: how one asks, how it is asked otherwise, what its meta says."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from tunesmith.behaviour.written import Prompt, Task
from tunesmith.errors import UserError
from tunesmith.rows import COLUMNS, Row, meta_of, prompt_of, row_id
from tunesmith.text.script import script_language

SPLIT = "behaviour"


class Asked(NamedTuple):
    """One row of a case, before it has its id.

    Attributes:
        row: what is asked.
        expect: what its answer must be; of an original, when the case counts.
        perturbation: that made it, None for an original and for what is written out.
        swaps: names or numbers that were put in place of others.
    """

    row: Row
    expect: dict[str, Any]
    perturbation: str | None = None
    swaps: tuple[tuple[str, str], ...] = ()


def written_row(prompt: Prompt, task: Task, lang: str | None) -> Row:
    """Return a row that asks what is written; a classifier reads messages as one text."""
    row: Row = dict.fromkeys(COLUMNS)
    if task == "chat":
        turns = (
            [("user", prompt)] if isinstance(prompt, str) else [(t.role, t.content) for t in prompt]
        )
        row["prompt"] = [{"role": role, "content": content} for role, content in turns]
    else:
        text = prompt if isinstance(prompt, str) else "\n".join(turn.content for turn in prompt)
        row["text"] = text
    return {**row, "task": task, "lang": lang or script_language(question_of(row) or "")}


def asking_of(row: Row) -> Row:
    """Return a row that asks what a test row asks, without its answer."""
    asked: Row = dict.fromkeys(COLUMNS)
    kept = ("task", "licence", "tools", "images", "lang", "group")
    asked |= {key: row.get(key) for key in kept} | {"parent": row["id"]}
    if row["task"] == "classification" and row.get("text") is not None:
        return {**asked, "text": row["text"]}
    return {**asked, "prompt": [dict(turn) for turn in prompt_of(row)]}


def question_of(row: Row) -> str | None:
    """Return the text that is perturbed: what is classified, or the last user message."""
    if row.get("text") is not None:
        return str(row["text"])
    last = row["prompt"][-1] if row.get("prompt") else None
    return last["content"] if last and last["role"] == "user" else None


def asking(row: Row, text: str) -> Row:
    """Return the row with another question."""
    if row.get("text") is not None:
        return {**row, "text": text}
    return {**row, "prompt": [*row["prompt"][:-1], {**row["prompt"][-1], "content": text}]}


def stamped(asked: Asked, source: str, about: Mapping[str, Any], case: str, variant: int) -> Row:
    """Return a row of the exam.

    Its id hangs on file, test, case, variant and content, not on other tests or lines.

    Args:
        asked: the row.
        source: file and line of the test.
        about: test, kind and capability.
        case: its name inside of the test.
        variant: 0 for the original.
    """
    file = source.rpartition(":")[0]
    behaviour = {
        **about,
        "case": case,
        "variant": variant,
        "expect": asked.expect,
        "perturbation": asked.perturbation,
        "swaps": [list(pair) for pair in asked.swaps],
    }
    key = json.dumps([file, about["test"], case, variant], ensure_ascii=False)
    return {
        **asked.row,
        "id": row_id(f"{SPLIT}:{key}", asked.row),
        "source": source,
        "split": SPLIT,
        "op": asked.perturbation,
        "meta": json.dumps({"behaviour": behaviour}, sort_keys=True, ensure_ascii=False),
    }


def behaviour_of(row: Row) -> dict[str, Any]:
    """Return what a row says of its test.

    Raises:
        UserError: it is no row of a behavioural test.
    """
    told = meta_of(row).get("behaviour")
    if not isinstance(told, dict):
        raise UserError(f"{row['source']}: row {row['id']} is of no behavioural test")
    return told
