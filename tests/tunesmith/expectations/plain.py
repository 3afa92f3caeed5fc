"""What the columns must say, read from one row at a time."""

import re

from tunesmith.expectations.no_control_characters import CONTROL
from tunesmith.rows import Message, Row, all_text, conversation, message_text

LETTERS = {"system": "s", "user": "u", "assistant": "a", "tool": "t"}


def plain_roles(row: Row) -> str | None:
    if row["task"] in {"text", "classification"}:
        return None
    said = ("messages", "completion", "chosen", "completions")
    to_come = row["task"] == "prompt" and not any(row[name] for name in said)
    turns = (row["prompt"] or []) if to_come else conversation(row)
    return "".join(LETTERS.get(turn["role"], "?") for turn in turns) + "a" * to_come


def plain_shortest_answer(row: Row) -> int:
    return min((len(text.strip()) for text in answers(row)), default=0)


def answers(row: Row) -> list[str]:
    if row["task"] == "classification":
        return [row["label"] or ""]
    if row["task"] == "text":
        return [row["text"] or ""]
    if row["task"] == "preference":
        return [_last(row["chosen"]), _last(row["rejected"])]
    if row["task"] == "stepwise":
        return row["completions"] or []
    if row["task"] == "prompt":
        return [_last(row["prompt"])]
    turns = row["messages"] or row["completion"] or []
    return [message_text(turn) for turn in turns if turn["role"] == "assistant"]


def _last(turns: list[Message] | None) -> str:
    return message_text(turns[-1]) if turns else ""


def plain_control(row: Row) -> str:
    text = all_text(row)
    found = re.search(CONTROL, text)
    return f"U+{ord(found[0]):04X} at character {found.start() + 1}" if found else ""


def plain_chars(row: Row) -> int:
    """Return the characters of a conversation; steps are counted without line ends between."""
    if not (row["messages"] or row["prompt"] or row["completion"] or row["chosen"]):
        return len("".join(row["completions"] or [])) or (
            0 if row["completions"] else len(row["text"] or "")
        )
    turns = conversation(row)
    between = 0
    if not (row["messages"] or row["completion"] or row["chosen"]) and row["completions"]:
        between = len(row["completions"]) - 1
    return sum(len(message_text(turn)) for turn in turns) - between
