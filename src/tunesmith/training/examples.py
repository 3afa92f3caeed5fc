"""Rows of a phase as tokens; rows that would train nothing are refused before any training."""

from collections.abc import Callable
from typing import Any

from tunesmith.errors import UserError
from tunesmith.rows import Row
from tunesmith.tasks import chat, classification, completion, preference, text, unpaired
from tunesmith.tasks.chat import IGNORED
from tunesmith.training.endings import check_endings
from tunesmith.training.fitting import refuse_unfit

Encoded = dict[str, Any]
ENCODERS = {
    "chat": chat.encode,
    "completion": completion.encode,
    "preference": preference.encode,
    "reward": preference.encode,
    "unpaired": unpaired.encode,
}
LABELS = ("labels", "rejected_labels")
PAIRED = ("preference", "reward")  # tasks whose rows hold two answers
UNCUT = 10**9  # tokens


def encode_rows(
    rows: list[Row], task: str, tokenizer: Any, max_length: int, labels: list[str]
) -> list[Encoded]:
    """Return `input_ids` and `labels` of every row, in order; a long text is several.

    A row that is cut has also `whole`, the tokens that it had.

    Raises:
        UserError: there is no row, or rows that do not fit the task or have not a single trained
            token (they are named).
    """
    if not rows:
        raise UserError("there is no row to train on; look at reports/data/clean.json")
    refuse_unfit(rows, task)
    if task == "classification":
        index = {label: position for position, label in enumerate(labels)}
        return _cut(rows, max_length, lambda r, n: classification.encode(r, tokenizer, n, index))
    if task == "text":
        each = [text.blocks(row, tokenizer, max_length) for row in rows]
        _refuse_untrained(rows, [blocks[0] for blocks in each], max_length)
        return [block for blocks in each for block in blocks]
    if task in PAIRED:
        preference.refuse_same(rows)
    encoded = _cut(rows, max_length, lambda r, n: ENCODERS[task](r, tokenizer, n))
    _refuse_untrained(rows, encoded, max_length)
    check_endings(rows, encoded, task, tokenizer, max_length)
    return encoded


def count_trained(encoded: list[Encoded]) -> int:
    """Return how many tokens of encoded rows have a loss; a row of a class counts as one."""
    labels = [item[key] for item in encoded for key in LABELS if key in item]
    return sum(1 if isinstance(one, int) else _with_loss(one) for one in labels)


def _with_loss(labels: list[int]) -> int:
    """Return how many labels of a row are predicted; before the first there is nothing to do it."""
    return len(labels[1:]) - labels[1:].count(IGNORED)


def _cut(rows: list[Row], max_length: int, encode: Callable[[Row, int], Encoded]) -> list[Encoded]:
    """Return rows of at most `max_length` tokens; one at this length may have had more."""
    encoded = [encode(row, max_length) for row in rows]
    for row, item in zip(rows, encoded, strict=True):
        if length_of(item) == max_length:
            whole = length_of(encode(row, UNCUT))
            if whole > max_length:
                item["whole"] = whole
    return encoded


def length_of(item: Encoded) -> int:
    """Return the tokens of a row, of two answers those of the longer."""
    return preference.longest(item) if "rejected_ids" in item else len(item["input_ids"])


def _refuse_untrained(rows: list[Row], encoded: list[Encoded], max_length: int) -> None:
    """Name rows whose answer was cut away or empty; they would count as trained and be nothing."""
    bad = [
        row["source"]
        for row, item in zip(rows, encoded, strict=True)
        if any(not _with_loss(item[key]) for key in LABELS if key in item)
    ]
    if bad:
        raise UserError(
            f"{len(bad)} of {len(rows)} rows have no trained token within max_length "
            f"{max_length}, first {bad[0]}; raise phases.<name>.max_length, or let "
            "clean.steps drop them (kind: length, max_chars)"
        )
