"""Reads the texts of many rows at once, from Arrow columns, without a dictionary for each row."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tunesmith.rows import TURNS

Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]


class Turns(NamedTuple):
    """The messages of one column of N rows, M in all.

    Attributes:
        counts: for each row its messages, 0 for none (N).
        rows: for each message its row (M).
        role: who speaks (M).
        said: content and tool calls, as `message_text` joins them (M).
    """

    counts: Ints
    rows: Ints
    role: pa.Array
    said: pa.Array


def turns(batch: pa.RecordBatch, column: str) -> Turns:
    """Return the messages of a column such as `prompt`."""
    cells = batch[column]
    counts = lengths(cells)
    flat = cells.flatten()
    return Turns(counts, owners(counts), flat.field("role"), _said(flat))


def lengths(cells: pa.ListArray) -> Ints:
    """Return how many items each list has, 0 where there is none."""
    return to_ints(pc.list_value_length(cells))


def owners(counts: Ints) -> Ints:
    """Return, for each item of lists of these lengths, the place of its list."""
    return np.repeat(np.arange(len(counts)), counts)


def to_ints(values: pa.Array) -> Ints:
    """Return whole numbers, 0 where there is none."""
    return np.asarray(values.fill_null(0).to_numpy(zero_copy_only=False), dtype=np.int64)


def to_flags(values: pa.Array) -> Flags:
    """Return truth values, False where there is none."""
    return np.asarray(values.fill_null(False).to_numpy(zero_copy_only=False), dtype=np.bool_)


def mapped(values: pa.Array, change: Callable[[str | None], str | None]) -> pa.Array:
    """Return `change` of each text, worked out once for each distinct one."""
    encoded = values.dictionary_encode(null_encoding="encode")
    changed = [change(value) for value in encoded.dictionary.to_pylist()]
    return pa.array(changed, pa.string()).take(encoded.indices)


def codes(column: pa.ChunkedArray) -> Ints:
    """Return one number for each distinct text, from 0 on, and -1 where there is none."""
    import pandas as pd

    numbers, _ = pd.factorize(column.to_numpy())  # Arrow's own takes thrice as long over chunks
    return np.asarray(numbers, dtype=np.int64)


def texts(batch: pa.RecordBatch) -> Iterator[tuple[Ints, pa.Array]]:
    """Yield all texts that a model could read with their rows, but for those inside of JSON."""
    for column in TURNS:
        flat = batch[column].flatten()
        rows = owners(lengths(batch[column]))
        yield rows, flat.field("content")
        if flat.field("reasoning_content").null_count < len(flat):
            yield rows, flat.field("reasoning_content")
    yield owners(lengths(batch["completions"])), batch["completions"].flatten()
    yield np.arange(len(batch)), batch["text"]


def holds_json(batch: pa.RecordBatch) -> Flags:
    """Return which rows call or describe tools, so that some of their text stands in JSON."""
    found = to_flags(batch["tools"].is_valid())
    for column in TURNS:
        calls = batch[column].flatten().field("tool_calls")
        if calls.null_count < len(calls):
            found[owners(lengths(batch[column]))[to_flags(calls.is_valid())]] = True
    return found


def _said(flat: pa.StructArray) -> pa.Array:
    """Return what each message says."""
    content, calls = flat.field("content").fill_null(""), flat.field("tool_calls")
    if calls.null_count == len(calls):
        return content
    calls = calls.fill_null("")
    both = pc.and_(pc.not_equal(content, ""), pc.not_equal(calls, ""))
    line_end = pc.if_else(both, "\n", "")
    return pc.binary_join_element_wise(content, line_end, calls, "")
