"""Examples, the only row type between stages: one Parquet table, one schema."""

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tunesmith.errors import UserError
from tunesmith.files import replacing, sha256_text

Message: TypeAlias = dict[str, str]
Row: TypeAlias = dict[str, Any]

MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))

SCHEMA = pa.schema(
    [
        ("id", pa.string()),  # stable hash of source and content
        ("task", pa.string()),  # chat, classification, text, preference
        ("prompt", MESSAGES),
        ("completion", MESSAGES),
        ("messages", MESSAGES),  # conversations with more than one assistant turn
        ("text", pa.string()),
        ("label", pa.string()),
        ("chosen", MESSAGES),
        ("rejected", MESSAGES),
        ("source", pa.string()),  # file name or hub id, with the line: "support_en.jsonl:12"
        ("licence", pa.string()),
        ("lang", pa.string()),  # en, zh, mixed, other, und
        ("group", pa.string()),  # rows of one group never fall on both sides of a split
        ("split", pa.string()),  # train, validation, test; null until decided
        ("parent", pa.string()),  # id of the row that this one was made from
        ("op", pa.string()),  # the operation that made it
        ("weight", pa.float64()),
        ("meta", pa.string()),  # every other column of the source, as a JSON object
    ]
)
COLUMNS = SCHEMA.names
CONTENT = ["prompt", "completion", "messages", "text", "label", "chosen", "rejected"]
TURNS = ["prompt", "completion", "messages", "chosen", "rejected"]


def row_id(source: str, row: Row) -> str:
    """Return 16 hexadecimal digits that depend on the source's name and the row's content only."""
    content = {key: row.get(key) for key in CONTENT if row.get(key) is not None}
    return sha256_text(json.dumps([source, content], sort_keys=True, ensure_ascii=False))[:16]


def to_frame(rows: Iterable[Row]) -> pd.DataFrame:
    """Return rows as a frame with exactly the schema's columns; cells hold plain Python values."""
    records = list(rows)
    return pd.DataFrame(
        {name: pd.Series([row.get(name) for row in records], dtype=object) for name in COLUMNS}
    )


def to_rows(frame: pd.DataFrame) -> list[Row]:
    """Return the frame's rows as dictionaries."""
    names = [str(name) for name in frame.columns]
    columns = [frame[name].tolist() for name in frame.columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def read_rows(path: Path) -> pd.DataFrame:
    """Read a Parquet table of examples.

    Raises:
        UserError: the file is missing or its columns are not those of `SCHEMA`.
    """
    try:
        table = pq.read_table(path)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; `dvc repro` makes it") from None
    except pa.ArrowInvalid as error:
        raise UserError(f"{path}: not a Parquet table: {error}") from None
    if table.column_names != COLUMNS:
        raise UserError(f"{path}: columns {table.column_names} are not those of an example")
    columns = {name: table.column(name).to_pylist() for name in COLUMNS}
    return pd.DataFrame({k: pd.Series(v, dtype=object) for k, v in columns.items()})


def write_rows(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame of examples as zstd Parquet; the same rows give the same bytes."""
    columns = {name: frame[name].astype(object) for name in COLUMNS}
    arrays = [
        pa.array([None if _is_null(v) else v for v in columns[f.name]], type=f.type) for f in SCHEMA
    ]
    write_table(path, pa.Table.from_arrays(arrays, schema=SCHEMA))


def write_table(path: Path, table: pa.Table) -> None:
    """Write any Arrow table as zstd Parquet."""
    with replacing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def _is_null(value: Any) -> bool:
    """True for None and for the NaN that pandas puts in its place."""
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def conversation(row: Row) -> list[Message]:
    """Return every message of a row in order; a text row is one user message."""
    if row.get("messages"):
        return list(row["messages"])
    if row.get("prompt") or row.get("completion"):
        return [*(row["prompt"] or []), *(row["completion"] or [])]
    if row.get("chosen"):
        return list(row["chosen"])
    return [{"role": "user", "content": row.get("text") or ""}]


def prompt_of(row: Row) -> list[Message]:
    """Return the messages before the answer that is scored: the last assistant turn."""
    if row.get("prompt") is not None:
        return list(row["prompt"])
    turns = conversation(row)
    return turns[:-1] if turns[-1]["role"] == "assistant" else turns


def reference_of(row: Row) -> str:
    """Return the answer that a prediction is compared with: last assistant turn, or the label."""
    if row.get("label") is not None and row["task"] == "classification":
        return str(row["label"])
    turns = conversation(row)
    return turns[-1]["content"] if turns[-1]["role"] == "assistant" else ""


def text_of(row: Row) -> str:
    """Return all text of a row, messages joined by newlines: what text rules look at."""
    return "\n".join(message["content"] or "" for message in conversation(row))


def meta_of(row: Row) -> dict[str, Any]:
    """Return the source's other columns."""
    return json.loads(row["meta"]) if row.get("meta") else {}
