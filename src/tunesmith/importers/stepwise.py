"""Steps of one answer, each right or wrong: `{"prompt", "completions": […], "labels": […]}`."""

from typing import Any

from tunesmith.importers.base import Importer, Record, ShapeError, text
from tunesmith.importers.prompt_completion import PROMPTS, is_messages, prompt_of
from tunesmith.importers.turns import to_turns
from tunesmith.importers.unpaired import verdict
from tunesmith.rows import Row, message_text


def _convert(record: Record) -> Row:
    """Return prompt and steps as an example."""
    return {"prompt": prompt_of(record), **to_steps(record["completions"], record["labels"])}


def to_steps(steps: Any, labels: Any) -> Row:
    """Return steps and whether each is right.

    Raises:
        ShapeError: there is no step, or not one label, true or false, for each.
    """
    if not isinstance(steps, list) or not isinstance(labels, list):
        raise ShapeError('"completions" and "labels" are not two lists')
    if not steps or len(steps) != len(labels):
        raise ShapeError(f"{len(steps)} completions and {len(labels)} labels")
    right = [_right(label) for label in labels]
    if None in right:
        raise ShapeError('"labels" holds something else than true and false (or 1 and 0)')
    return {"completions": [_step(step) for step in steps], "labels": right}


def _step(value: Any) -> str:
    """Return one step: a text, or messages of which the text is taken."""
    if is_messages(value):
        return "\n".join(message_text(turn) for turn in to_turns(value, "completions"))
    return text(value, "completions")


def _right(label: Any) -> bool | None:
    """Return whether a step is right; 1 and 0 are true and false."""
    return label == 1 if isinstance(label, int | float) and label in (0, 1) else verdict(label)


def _lists(record: Record) -> bool:
    """True for two lists."""
    return isinstance(record["completions"], list) and isinstance(record["labels"], list)


STEPWISE = Importer(
    "stepwise",
    "stepwise",
    (PROMPTS, ("completions",), ("labels",)),
    _convert,
    frozenset({"system", "history"}),
    _lists,
)
