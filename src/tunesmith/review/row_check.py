"""Says whether a row is ready for a round: the shape of its task, a question, and an answer."""

from typing import Any

from tunesmith.augmenters.feedback_row import checked_row
from tunesmith.errors import UserError
from tunesmith.rows import TURNS, Row, conversation, message_text

BLANK = [{"role": "assistant", "content": ""}]
ANSWERS: dict[str, dict[str, Any]] = {  # what a row without an answer may lack
    "chat": {"completion": BLANK},
    "classification": {"label": ""},
    "preference": {"chosen": BLANK, "rejected": BLANK},
    "unpaired": {"completion": BLANK, "label": "true"},
    "stepwise": {"completions": [""], "labels": [True]},
}


def checked(row: Row, where: str) -> Row:
    """Return a row that is ready for a round, as it was given.

    Raises:
        UserError: it is not; begins with `where`.
    """
    lack = lacking(check_shape(row, where))
    if lack:
        raise UserError(f"{where}: {lack}")
    checked_row(row, where, where, "review")
    return row


def check_shape(row: Row, where: str) -> Row:
    """Return a row with empty places for what it lacks of an answer.

    Raises:
        UserError: it is no row even with an answer; begins with `where`.
    """
    lacks = ANSWERS.get(str(row.get("task")), {})
    if row.get("messages"):  # hold their answers themselves
        lacks = {name: cell for name, cell in lacks.items() if name not in TURNS}
    filled = {**lacks, **row}
    checked_row(filled, where, where, "review")
    return filled


def lacking(row: Row) -> str | None:
    """Return what a row of a right shape lacks to be learnt from, None if nothing."""
    task = row["task"]
    if task == "text":
        return None if (row.get("text") or "").strip() else "text: it is empty"
    if not any(message_text(turn).strip() for turn in _asked(row)):
        return "the question is empty"
    if task == "classification":
        return None if (row.get("label") or "").strip() else "label: there is none; give one"
    if task == "preference":
        return _lacking_pair(row)
    if task == "stepwise":
        return _lacking_steps(row)
    turns = conversation(row)
    answered = turns[-1]["role"] == "assistant" and message_text(turns[-1]).strip()
    return None if answered else "there is no answer; write one"


def _asked(row: Row) -> list[dict[str, str]]:
    """Return the messages of which one at least says something."""
    if row.get("text") is not None:
        return [{"role": "user", "content": row["text"]}]
    if row.get("messages"):
        return [turn for turn in row["messages"] if turn["role"] != "assistant"]
    if row.get("prompt") is None:  # a pair of whole conversations
        return [turn for turn in row.get("chosen") or [] if turn["role"] != "assistant"]
    return list(row["prompt"])


def _lacking_pair(row: Row) -> str | None:
    """Return what two answers lack to be a preference."""
    said = ["\n".join(map(message_text, row[name])).strip() for name in ("chosen", "rejected")]
    if not all(said):
        return "chosen and rejected: one is empty"
    return "chosen and rejected are the same" if said[0] == said[1] else None


def _lacking_steps(row: Row) -> str | None:
    """Return what steps lack to be learnt from."""
    steps, labels = row["completions"], row["labels"]
    if len(steps) != len(labels):
        return f"{len(steps)} completions and {len(labels)} labels; one label a step"
    return None if steps and all(step.strip() for step in steps) else "completions: one is empty"
