"""Classification: one label for a text, by a head on an encoder or a decoder."""

from typing import Any

from tunesmith.errors import UserError
from tunesmith.rows import Row, text_of


def encode(
    row: Row, tokenizer: Any, max_length: int, labels: dict[str, int]
) -> dict[str, list[int] | int]:
    """Return `input_ids` of the text, cut after `max_length` tokens, and the label's `labels`.

    Raises:
        UserError: the row's label is none of the known ones.
    """
    label = str(row["label"])
    if label not in labels:
        raise UserError(
            f"{row['source']}: label {label!r} was never seen in training; known: "
            f"{', '.join(labels)}; add training rows of it, or leave its rows out"
        )
    return {"input_ids": encode_text(row, tokenizer, max_length), "labels": labels[label]}


def encode_text(row: Row, tokenizer: Any, max_length: int) -> list[int]:
    """Return the tokens of a row's text as the encoder expects them."""
    ids = tokenizer(text_of(row), truncation=True, max_length=max_length)["input_ids"]
    return list(ids)


def label_names(rows: list[Row]) -> list[str]:
    """Return the labels that occur, sorted, which fixes the order of the head's outputs."""
    return sorted({str(row["label"]) for row in rows if row.get("label") is not None})
