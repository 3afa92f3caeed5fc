"""How many rows there are, and how long: read from the table that the stages made."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.rows import Row, read_rows, text_of, to_rows

SAMPLED = 1_000  # rows that are measured
LONGEST = 20  # rows, by their letters, of which one has the most tokens
LETTERS = 4.0  # of Latin script in a token, where there is no tokenizer; of Chinese 1


class Lengths(Component):
    """Rows to train on."""

    rows: int
    mean_tokens: float
    longest_tokens: int
    counted: bool  # by the model's own tokenizer; False: estimated from the letters


def measured(tables: Sequence[Path], tokenizer: Any, max_length: int) -> Lengths:
    """Return the lengths of the first table that is there.

    Args:
        tables: the nearest to training first.
        tokenizer: of the model, or None.
        max_length: tokens that longer rows are cut to.

    Raises:
        UserError: there is no table with rows.
    """
    table = next((path for path in tables if path.exists()), None)
    if table is None:
        raise UserError(
            f"{tables[-1]}: no such file; `dvc repro collect` makes it, or say the data with "
            "--rows and --tokens"
        )
    rows = to_rows(read_rows(table))
    if not rows:
        raise UserError(f"{table}: holds no row")
    step = max(1, len(rows) // SAMPLED)
    found = [min(tokens_of(row, tokenizer), max_length) for row in rows[::step]]
    most = sorted(rows, key=lambda row: len(text_of(row)))[-LONGEST:]
    return Lengths(
        rows=len(rows),
        mean_tokens=sum(found) / len(found),
        longest_tokens=max(min(tokens_of(row, tokenizer), max_length) for row in most),
        counted=tokenizer is not None,
    )


def tokens_of(row: Row, tokenizer: Any) -> int:
    """Return the tokens of a row's text; what a chat template adds is not among them."""
    text = text_of(row)
    if tokenizer is not None:
        return len(tokenizer(text)["input_ids"])
    wide = sum(1 for letter in text if ord(letter) >= 0x2E80)
    return max(1, round(wide + (len(text) - wide) / LETTERS))
