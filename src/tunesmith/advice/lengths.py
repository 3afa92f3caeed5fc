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


def measured(
    tables: Sequence[Path], tokenizer: Any, max_length: int, in_blocks: bool = False
) -> Lengths:
    """Return the lengths of the first table that is there.

    Args:
        tables: the nearest to training first.
        tokenizer: of the model, or None.
        max_length: tokens that longer rows are cut to.
        in_blocks: a longer row becomes several, as texts do; the rows are then those blocks.

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

    def pieces(row: Row) -> list[int]:
        tokens = tokens_of(row, tokenizer)
        return blocks(tokens, max_length) if in_blocks else [min(tokens, max_length)]

    sampled = rows[:: max(1, len(rows) // SAMPLED)]
    found = [piece for row in sampled for piece in pieces(row)]
    most = sorted(rows, key=lambda row: len(text_of(row)))[-LONGEST:]
    return Lengths(
        rows=round(len(rows) * len(found) / len(sampled)),
        mean_tokens=sum(found) / len(found),
        longest_tokens=max(max(pieces(row)) for row in most),
        counted=tokenizer is not None,
    )


def blocks(tokens: int, max_length: int) -> list[int]:
    """Return the tokens of each block that a text and its end become, see `tasks/text.py`."""
    whole = tokens + 1
    starts = range(0, max(whole - 1, 1), max_length - 1)
    return [min(max_length, whole - start) for start in starts]


def tokens_of(row: Row, tokenizer: Any) -> int:
    """Return the tokens of a row's text; what a chat template adds is not among them."""
    text = text_of(row)
    if tokenizer is not None:
        return len(tokenizer(text)["input_ids"])
    wide = sum(1 for letter in text if ord(letter) >= 0x2E80)
    return max(1, round(wide + (len(text) - wide) / LETTERS))
