"""Our own rows as JSON (a feedback round, a proposal, an export): they come back as they were."""

from collections.abc import Callable

from tunesmith.importers.base import Importer, Record, text
from tunesmith.importers.stepwise import to_steps
from tunesmith.importers.text_label import to_label
from tunesmith.importers.turns import to_turns
from tunesmith.rows import CONTENT, TURNS, Row

NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {  # any one of these sets of columns
    "chat": (("prompt", "completion"), ("messages",)),
    "classification": (("text",), ("messages",)),  # an unlabelled row is one too
    "text": (("text",),),
    "preference": (("prompt", "chosen", "rejected"),),
    "unpaired": (("prompt", "completion", "label"),),
    "stepwise": (("prompt", "completions", "labels"),),
    "prompt": (("prompt",),),
}
BESIDE = frozenset({"id", "task", "source", "parent", "op", "meta", *CONTENT})


def _fitting(task: str) -> Callable[[Record], bool]:
    """Return the test for rows of a task: `task` names it and its columns are filled."""

    def fits(record: Record) -> bool:
        filled = {key for key in CONTENT if record.get(key) is not None}
        listed = all(isinstance(record[key], list) for key in filled.intersection(TURNS))
        needed = any(filled.issuperset(names) for names in NEEDED[task])
        return record["task"] == task and listed and needed

    return fits


def _convert(record: Record) -> Row:
    """Return the content as it is.

    Raises:
        ShapeError: a cell holds what does not belong there.
    """
    row: Row = {key: to_turns(record[key], key) for key in TURNS if record.get(key) is not None}
    if record["task"] == "stepwise":
        row |= to_steps(record["completions"], record["labels"])
    row["label"] = to_label(record.get("label"))
    row["text"] = None if record.get("text") is None else text(record["text"], "text")
    return row | {key: text(record[key], key) for key in ("parent", "op") if record.get(key)}


EXAMPLES = tuple(
    Importer("example", task, (("task",),), _convert, BESIDE, _fitting(task)) for task in NEEDED
)
