"""How long rows are, in tokens of the base model or in characters."""

from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tunesmith.expectations.check import Values
from tunesmith.expectations.columns import Ints, lengths, owners, to_ints, turns
from tunesmith.expectations.evidence import Evidence

Unit: TypeAlias = Literal["tokens", "characters"]
COLUMNS: dict[Unit, str] = {"tokens": "length_tokens", "characters": "length_chars"}


def row_lengths(evidence: Evidence, unit: Unit) -> Values:
    """Return the length of each row, of a preference row with the chosen answer.

    Tokens are those of prompt, answer and chat template, not cut; characters are those of the
    messages (or steps, or text) alone.

    Raises:
        UserError: the base model's tokenizer or its chat template cannot take a row.
    """
    if unit == "characters":
        return evidence.by_batch(_chars)
    return np.array([len(flags) for flags in evidence.trained], dtype=np.int64)


def _chars(batch: pa.RecordBatch) -> Ints:
    """Return the characters of every row's conversation."""
    answer = _first(_sum(batch, "completion"), _sum(batch, "chosen"), _steps(batch["completions"]))
    asked = _sum(batch, "prompt")
    both = np.where(np.maximum(asked, answer) < 0, -1, np.maximum(asked, 0) + np.maximum(answer, 0))
    return _first(_sum(batch, "messages"), both, to_ints(pc.utf8_length(batch["text"])))


def _sum(batch: pa.RecordBatch, column: str) -> Ints:
    """Return the characters of each row's messages in a column, -1 where there are none."""
    said = turns(batch, column)
    return _total(said.counts, said.rows, to_ints(pc.utf8_length(said.said)))


def _steps(steps: pa.ListArray) -> Ints:
    """Return the characters of each row's steps, -1 where there are none."""
    counts = lengths(steps)
    return _total(counts, owners(counts), to_ints(pc.utf8_length(steps.flatten())))


def _total(counts: Ints, rows: Ints, chars: Ints) -> Ints:
    """Return the sum of each row, -1 for a row without any part."""
    total = np.bincount(rows, weights=chars, minlength=len(counts)).astype(np.int64)
    return np.where(counts > 0, total, -1)


def _first(*found: Ints) -> Ints:
    """Return, for each row, the first of several lengths that there is."""
    first = found[-1]
    for earlier in found[-2::-1]:
        first = np.where(earlier >= 0, earlier, first)
    return first
