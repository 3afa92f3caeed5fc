"""Examples, the only row type between stages: one Parquet table, one schema."""

import json
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from tunesmith.errors import UserError
from tunesmith.files import replacing, sha256_text

if TYPE_CHECKING:
    import pandas as pd

Message: TypeAlias = dict[str, str]
Row: TypeAlias = dict[str, Any]

PROMPT = "prompt"  # task of a row that asks and that nobody has answered
TASKS = ("chat", "classification", "text", "preference", "unpaired", "stepwise", PROMPT)
WITHOUT_REFERENCE = ("unpaired", "stepwise", PROMPT)  # tasks whose rows hold no right answer
PLAIN = ("role", "content")
GROUP_ROWS = 65_536  # of a Parquet file; a table is written and read in these
EXTRAS = ("tool_calls", "tool_call_id", "name", "reasoning_content")  # only where a message has one
MESSAGES = pa.list_(pa.struct([(key, pa.string()) for key in (*PLAIN, *EXTRAS)]))
PLAIN_MESSAGES = pa.list_(pa.struct([(key, pa.string()) for key in PLAIN]))

SCHEMA = pa.schema(
    [
        ("id", pa.string()),  # stable hash of source and content
        ("task", pa.string()),  # one of TASKS
        ("prompt", MESSAGES),
        ("completion", MESSAGES),
        ("messages", MESSAGES),  # conversations with more than one assistant turn
        ("text", pa.string()),
        ("label", pa.string()),  # of a class; several as a JSON list; unpaired: true or false
        ("chosen", MESSAGES),
        ("rejected", MESSAGES),
        ("completions", pa.list_(pa.string())),  # the steps of one answer
        ("labels", pa.list_(pa.bool_())),  # whether each step is right
        ("tools", pa.string()),  # what may be called: a JSON list of function descriptions
        ("images", pa.list_(pa.string())),  # path or address for each `<image>` in the texts
        ("source", pa.string()),  # file name or hub id, with the line: "support_en.jsonl:12"
        ("licence", pa.string()),
        ("lang", pa.string()),  # en, zh, mixed, other, und
        ("group", pa.string()),  # rows of one group never fall on both sides of a split
        ("split", pa.string()),  # train, validation, test, ood:NAME; null until decided
        ("parent", pa.string()),  # id of the row that this one was made from
        ("op", pa.string()),  # the operation that made it
        ("meta", pa.string()),  # every other column of the source, as a JSON object
    ]
)
COLUMNS = SCHEMA.names
CONTENT = [
    *("prompt", "completion", "messages", "text", "label", "chosen", "rejected"),
    *("completions", "labels", "tools", "images"),
]
WORDS_OF = "words_of"  # in meta.made of a row that was made from two: the id of the other
VALUES_OF = "values_of"  # in meta.made of a row that was made from several: their ids
TURNS = ["prompt", "completion", "messages", "chosen", "rejected"]


def row_id(source: str, row: Row) -> str:
    """Return 16 hexadecimal digits that depend on the source's name and the row's content only."""
    content = {key: row.get(key) for key in CONTENT if row.get(key) is not None}
    return sha256_text(json.dumps([source, content], sort_keys=True, ensure_ascii=False))[:16]


def to_frame(rows: Iterable[Row]) -> "pd.DataFrame":
    """Return rows as a frame with exactly the schema's columns; cells hold plain Python values."""
    import pandas as pd

    records = list(rows)
    return pd.DataFrame(
        {name: pd.Series([row.get(name) for row in records], dtype=object) for name in COLUMNS}
    )


def to_rows(frame: "pd.DataFrame") -> list[Row]:
    """Return the frame's rows as dictionaries."""
    names = [str(name) for name in frame.columns]
    columns = [frame[name].tolist() for name in frame.columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def read_rows(path: Path) -> "pd.DataFrame":
    """Read a Parquet table of examples into cells of plain Python values; see `read_table`."""
    return frame_of(read_table(path))


def read_table(path: Path) -> pa.Table:
    """Read a Parquet table of examples, in columns.

    Raises:
        UserError: the file is missing or its columns are not those of `SCHEMA`.
    """
    with open_table(path) as file:
        return file.read()


def open_table(path: Path) -> pq.ParquetFile:
    """Open a Parquet table of examples, to read it in parts; errors are those of `read_table`."""
    try:
        file = pq.ParquetFile(path)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; `dvc repro` makes it") from None
    except pa.ArrowInvalid as error:
        raise UserError(f"{path}: not a Parquet table: {error}") from None
    if file.schema_arrow.names != COLUMNS:
        raise UserError(f"{path}: columns {file.schema_arrow.names} are not those of an example")
    return file


def frame_of(table: pa.Table) -> "pd.DataFrame":
    """Return a table of examples as a frame whose cells hold plain Python values."""
    import pandas as pd

    columns = {name: _cells(table.column(name)) for name in COLUMNS}
    return pd.DataFrame({k: pd.Series(v, dtype=object) for k, v in columns.items()})


def table_of(frame: "pd.DataFrame") -> pa.Table:
    """Return a frame of examples as a table with the types of `SCHEMA`."""
    columns = {name: frame[name].astype(object) for name in COLUMNS}
    arrays = [  # from_pandas: NaN and NA are null
        pa.array(columns[f.name].tolist(), type=f.type, from_pandas=True) for f in SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def _cells(column: pa.ChunkedArray) -> list[Any]:
    """Return the cells of a column; a message has only the keys that it was written with."""
    if column.null_count == len(column):
        return [None] * len(column)
    if column.type == pa.string():
        return list(column.to_numpy().tolist())
    if column.type != MESSAGES:
        return list(column.to_pylist())
    turns = column.combine_chunks().flatten()
    if all(turns.field(key).null_count == len(turns) for key in EXTRAS):
        return _plain_turns(column.combine_chunks(), turns)
    return [cell and [_without_absent(turn) for turn in cell] for cell in column.to_pylist()]


def _plain_turns(column: pa.ListArray, turns: pa.StructArray) -> list[Any]:
    """Return the cells of a column whose messages have a role and a content only."""
    pairs = zip(*(turns.field(key).to_numpy(False).tolist() for key in PLAIN), strict=True)
    messages = iter([{"role": role, "content": content} for role, content in pairs])
    lengths = column.value_lengths().to_pylist()
    return [None if length is None else list(islice(messages, length)) for length in lengths]


def _without_absent(turn: dict[str, Any]) -> Message:
    """Return a message without the extras that it does not have."""
    return {key: value for key, value in turn.items() if key in PLAIN or value is not None}


def write_rows(path: Path, frame: "pd.DataFrame") -> None:
    """Write a frame of examples as zstd Parquet; the same rows give the same bytes."""
    write_table(path, table_of(frame))


def write_table(path: Path, table: pa.Table) -> None:
    """Write any Arrow table as zstd Parquet, in groups that can be read one by one."""
    with replacing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd", row_group_size=GROUP_ROWS)


def conversation(row: Row) -> list[Message]:
    """Return every message of a row in order, of two answers the chosen one.

    A text row is one user message; steps are lines of one answer.
    """
    if row.get("messages"):
        return list(row["messages"])
    answer = row.get("completion") or row.get("chosen") or _steps(row)
    if row.get("prompt") or answer:
        return [*(row.get("prompt") or []), *answer]
    return [{"role": "user", "content": row.get("text") or ""}]


def _steps(row: Row) -> list[Message]:
    """Return the steps of a stepwise row as one answer."""
    steps = row.get("completions")
    return [{"role": "assistant", "content": "\n".join(steps)}] if steps else []


def prompt_of(row: Row) -> list[Message]:
    """Return the messages before the answer that is scored: the last assistant turn."""
    turns = conversation(row)
    return turns[:-1] if turns[-1]["role"] == "assistant" else turns


def prompt_text(row: Row) -> str:
    """Return what the model is asked: the messages before the answer, joined by newlines."""
    return "\n".join(message["content"] or "" for message in prompt_of(row))


def reference_of(row: Row) -> str:
    """Return the answer that a prediction is compared with: last assistant turn, or the label."""
    if row.get("label") is not None and row["task"] == "classification":
        return str(row["label"])
    turns = conversation(row)
    return message_text(turns[-1]) if turns[-1]["role"] == "assistant" else ""


def message_text(turn: Message) -> str:
    """Return what a message says: its content, and the tool calls that it makes, as JSON."""
    parts = [turn["content"] or "", turn.get("tool_calls") or ""]
    return "\n".join(parts) if all(parts) else "".join(parts)


def text_of(row: Row) -> str:
    """Return all text of a row, messages joined by newlines: what text rules look at."""
    return "\n".join(message_text(message) for message in conversation(row))


def meta_of(row: Row) -> dict[str, Any]:
    """Return the source's other columns."""
    return json.loads(row["meta"]) if row.get("meta") else {}


def parents_of(row: Row) -> set[str]:
    """Return the ids of the rows that a row was made from; `meta.made` has those but its parent."""
    return {one for one in (row.get("parent"), *others_of(row.get("meta"))) if one is not None}


def file_of(source: str) -> str:
    """Return the file or data set that a source names, without its line."""
    head, colon, line = source.rpartition(":")
    return head if colon and line.isdecimal() else source


def others_of(meta: str | None) -> tuple[str, ...]:
    """Return the ids of the rows beside its parent that `meta` says a row was made from."""
    if meta is None or (WORDS_OF not in meta and VALUES_OF not in meta):
        return ()
    made = json.loads(meta).get("made")
    if not isinstance(made, dict):
        return ()
    words, values = made.get(WORDS_OF), made.get(VALUES_OF) or ()
    return tuple(str(one) for one in (words, *values) if one is not None)


def map_texts(row: Row, change: Callable[[str], str]) -> Row:
    """Return a copy of the row with `change` applied to every text that a model could read.

    Those are the contents, thoughts and tool-call arguments of all messages, both answers of a
    preference, every step, the text, and what the tools say of themselves.
    """
    changed = dict(row)
    for column in TURNS:
        if row.get(column) is not None:
            changed[column] = [_map_message(turn, change) for turn in row[column]]
    if row.get("completions") is not None:
        changed["completions"] = [change(step) for step in row["completions"]]
    if row.get("text") is not None:
        changed["text"] = change(row["text"])
    if row.get("tools") is not None:
        changed["tools"] = to_json(_map_under(json.loads(row["tools"]), "description", change))
    return changed


def _map_message(turn: Message, change: Callable[[str], str]) -> Message:
    """Return a message with its texts changed."""
    changed = {**turn, "content": change(turn["content"] or "")}
    if "reasoning_content" in turn:
        changed["reasoning_content"] = change(turn["reasoning_content"])
    if "tool_calls" in turn:
        calls = json.loads(turn["tool_calls"])
        changed["tool_calls"] = to_json(_map_under(calls, "arguments", change))
    return changed


def _map_under(value: Any, key: str, change: Callable[[str], str]) -> Any:
    """Apply `change` to the texts that stand under `key` anywhere inside a JSON value."""
    if isinstance(value, list):
        return [_map_under(item, key, change) for item in value]
    if isinstance(value, dict):
        return {
            name: map_json(item, change) if name == key else _map_under(item, key, change)
            for name, item in value.items()
        }
    return value


def map_json(value: Any, change: Callable[[str], str]) -> Any:
    """Apply `change` to every text inside a JSON value; keys stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [map_json(item, change) for item in value]
    if isinstance(value, dict):
        return {key: map_json(item, change) for key, item in value.items()}
    return value


def texts_of(row: Row) -> list[str]:
    """Return every text that `map_texts` would change, in its order."""
    found: list[str] = []
    for column in TURNS:
        for turn in row.get(column) or ():
            _note_message(turn, found)
    found += row.get("completions") or ()
    if row.get("text") is not None:
        found.append(row["text"])
    if row.get("tools") is not None:
        found += _texts_under(json.loads(row["tools"]), "description")
    return found


def _note_message(turn: Message, found: list[str]) -> None:
    """Add a message's texts to those found."""
    found.append(turn["content"] or "")
    if len(turn) == len(PLAIN):
        return
    if "reasoning_content" in turn:
        found.append(turn["reasoning_content"])
    if "tool_calls" in turn:
        found += _texts_under(json.loads(turn["tool_calls"]), "arguments")


def _texts_under(value: Any, key: str) -> list[str]:
    """Return the texts that stand under `key` anywhere inside a JSON value."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    _map_under(value, key, note)
    return found


def all_text(row: Row) -> str:
    """Return every text that a model could read, joined by newlines."""
    return "\n".join(filter(None, texts_of(row)))


def to_json(value: Any, sort_keys: bool = False) -> str:
    """Return a value as the JSON text that a cell holds; tools keep the order of their keys."""
    return json.dumps(value, sort_keys=sort_keys, ensure_ascii=False, default=str)
