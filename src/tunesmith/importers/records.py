"""Turns the records of one file into examples; one that cannot be an example gets a reason."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import chain
from typing import Any, NamedTuple

from tunesmith.importers import NAMES, beside, importer_of
from tunesmith.importers.base import Importer, ShapeError
from tunesmith.importers.columns import renamed
from tunesmith.importers.seen import Seen
from tunesmith.importers.turns import unread
from tunesmith.records import Item, Record, Rejected
from tunesmith.rows import COLUMNS, CONTENT, PROMPT, Row, row_id, text_of, to_json
from tunesmith.sets import OOD
from tunesmith.text.script import script_language

SPLITS = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
}
OOD_SPLIT = re.compile(OOD + r"[A-Za-z0-9_-]{1,40}")  # an out-of-distribution set
REASON_CHARS = 500
SAMPLE = 100  # records that the shape of a file is told from ...
LONGEST_HEAD = 1_000  # ... among so many lines
NO_CELLS = dict.fromkeys(COLUMNS)
DESCRIBING = [name for name in COLUMNS if name not in CONTENT]
OURS = frozenset({"lang", "language", "licence", "license", "group", "split"})


@dataclass(frozen=True)
class Hints:
    """What params.yaml says about all records of a source; None where it is silent."""

    task: str | None = None
    split: str | None = None
    lang: str | None = None
    licence: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)  # our name → theirs
    labels: Mapping[str, str] = field(default_factory=dict)  # raw label → name


class Example(NamedTuple):
    """A row, and the name of the shape that its record had."""

    shape: str
    row: Row


class Imported(NamedTuple):
    """The examples of one file, the rejected records, and how many records had which shape."""

    rows: list[Row]
    rejected: list[Rejected]
    shapes: Counter[str]


def examples(
    items: Iterable[Item], name: str, hints: Hints, seen: Seen
) -> Iterator[Example | Rejected]:
    """Yield the examples of one file: all of the task that most of its first records have.

    Only the first records are held; what is rejected comes in its place among the examples.

    Args:
        items: the records with their lines, and lines that hold none, which pass through.
        name: of the file or data set; ids and `source` are made from it.
        hints: what params.yaml says about the source.
        seen: the ids given so far; a repeated content gets an id of its own.
    """
    stream = iter(items)
    head = _head(stream)
    usual = _usual([item[1] for item in head if not isinstance(item, Rejected)], hints)
    for item in chain(head, stream):
        if isinstance(item, Rejected):
            yield item
            continue
        line, record = item
        try:
            shape, rows = _examples(record, name, hints, usual)
        except (ShapeError, RecursionError) as error:
            yield Rejected(line, _printable(str(error)), _raw(record))
            continue
        for row in rows:
            row |= {"id": _fresh_id(name, row, seen), "source": f"{name}:{line}"}
            yield Example(shape, row)


def import_records(items: Iterable[Item], name: str, hints: Hints, seen: Seen) -> Imported:
    """Return what `examples` yields, held as a whole: for few rows."""
    found = Imported([], [], Counter())
    for one in examples(items, name, hints, seen):
        if isinstance(one, Rejected):
            found.rejected.append(one)
        else:
            found.rows.append(one.row)
            found.shapes[one.shape] += 1
    return found


def _head(stream: Iterator[Item]) -> list[Item]:
    """Take the items up to the last record of the sample, or as many as may be held."""
    head: list[Item] = []
    records = 0
    while records < SAMPLE and len(head) < LONGEST_HEAD:
        item = next(stream, None)
        if item is None:
            break
        head.append(item)
        records += not isinstance(item, Rejected)
    return head


def _usual(head: list[Record], hints: Hints) -> Importer | None:
    """Return the shape that most of the first records have; of equals the fussiest."""
    fitting: list[Importer] = []
    for record in head:
        try:
            importer = importer_of(renamed(record, hints.columns), hints.task)
        except ShapeError:
            continue
        fitting += [importer] if importer else []
    counts = Counter(map(id, fitting))
    return max(fitting, key=lambda one: counts[id(one)], default=None)


def _raw(record: Record) -> str:
    """Return a record as JSON."""
    try:
        return json.dumps(record, default=str)
    except RecursionError:
        return "nested too deep to be written"


def _printable(reason: str) -> str:
    """Return a reason that any file can hold, though it may quote what a cell held."""
    return reason.encode("utf-8", "backslashreplace").decode()[:REASON_CHARS]


def _examples(
    record: Record, name: str, hints: Hints, usual: Importer | None
) -> tuple[str, list[Row]]:
    """Return the shape and the examples of one record.

    Raises:
        ShapeError: it fits no shape, or a cell holds what does not belong there.
    """
    record = renamed(record, hints.columns)
    task = hints.task or (usual.task if usual else None)
    importer = importer_of(record, task)
    if importer is None:
        raise ShapeError(_unfit(record, task, usual) + _mistyped(hints.columns))
    converted = importer.convert(record)
    rows = converted if isinstance(converted, list) else [converted]
    return importer.name, [_example(record, row, importer, name, hints) for row in rows]


def _example(record: Record, content: Row, importer: Importer, name: str, hints: Hints) -> Row:
    """Return the row for the content that was made of a record; its id may have been given."""
    row: Row = {**NO_CELLS, **content, "task": importer.task}
    if importer.task == "classification" and row["label"] is not None and hints.labels:
        row["label"] = _named(row["label"], hints.labels)
    read = importer.columns
    if beside.belongs(row):
        row |= beside.beside(record)
        read |= beside.COLUMNS
    row |= _described(record, row, read, hints)
    try:
        _described_text(row).encode()
        return row | {"id": row_id(name, row)}
    except UnicodeEncodeError:  # half of a surrogate pair, which no file can hold
        raise ShapeError(r"a lone surrogate such as \ud83d is not text") from None


def _unfit(record: Record, wanted: str | None, usual: Importer | None) -> str:
    """Say what the record has and what it lacks of the shape that its file has."""
    columns = ", ".join(f'"{key}"' for key in record) or "none"
    task = f" of task {wanted}" if wanted else ""
    if usual is None:
        return f"columns {columns} fit no shape{task}{_asking(record, wanted)}"
    lacks = ", ".join(f'no "{name}"' for name in usual.lacks(record))
    why = lacks or "what its columns hold does not fit"
    return f"columns {columns} fit no shape{task}; this file is {usual}: {why}"


def _asking(record: Record, wanted: str | None) -> str:
    """Return what to say where a record of a file of no shape asks something; else nothing."""
    if wanted or importer_of(record, PROMPT) is None:
        return ""
    return "; if nobody has answered them, say `task: prompt` at the source, for a teacher"


def _mistyped(columns: Mapping[str, str]) -> str:
    """Return a hint at a name of the column map that is nearly one of ours; nothing if none is."""
    for name in columns:
        close = get_close_matches(name, sorted(NAMES), n=1, cutoff=0.8)
        if close and close[0] != name:
            return f'; `columns:` names "{name}", did you mean "{close[0]}"?'
    return ""


def _named(label: str, labels: Mapping[str, str]) -> str:
    """Return the name of a raw label.

    Raises:
        ShapeError: params.yaml names other labels only.
    """
    if label in labels:
        return labels[label]
    if label.startswith("["):
        return to_json([_named(one, labels) for one in json.loads(label)])
    if label in labels.values():
        return label
    raise ShapeError(f'label "{label}" is none of: {", ".join(labels)}')


def _described(record: Record, row: Row, read: frozenset[str], hints: Hints) -> Row:
    """Return split, language, licence, group and meta; the source's word on splits comes first."""
    rest = {k: v for k, v in record.items() if k not in read and k not in OURS}
    rest |= {k: kept for k, v in record.items() if k in read and (kept := unread(v))}
    lang = record.get("lang") or record.get("language")
    licence = hints.licence or record.get("licence") or record.get("license")
    group = record["group"] if record.get("group") is not None else row["group"]
    if "meta" in read:
        rest |= _own_meta(record.get("meta"))
    return {
        "split": hints.split or _split(record.get("split")),
        "lang": _lang(lang) or hints.lang or script_language(text_of(row)),
        "licence": str(licence) if licence else None,
        "group": None if group is None else str(group),
        "meta": to_json(rest, sort_keys=True) if rest else None,
    }


def _own_meta(value: Any) -> Mapping[str, Any]:
    """Return the `meta` of one of our own rows, which may be JSON text.

    Raises:
        ShapeError: it is no object.
    """
    try:
        found = json.loads(value) if isinstance(value, str) else value or {}
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, Mapping):
        raise ShapeError('"meta" is no JSON object')
    return found


def _split(value: Any) -> str | None:
    """Return the split that a record names.

    Raises:
        ShapeError: there is no such split.
    """
    if value is None or value == "":
        return None
    if OOD_SPLIT.fullmatch(str(value)):
        return str(value)
    if str(value).lower() not in SPLITS:
        raise ShapeError(f'split "{value}" is none of: {", ".join(SPLITS)}, ood:NAME')
    return SPLITS[str(value).lower()]


def _lang(value: Any) -> str | None:
    """Return a record's language as ours: en-GB is en, German is other."""
    code = str(value or "").lower().replace("_", "-").partition("-")[0]
    names = {"english": "en", "chinese": "zh", "cn": "zh", "中文": "zh", "英文": "en"}
    code = names.get(code, code)
    return (
        code if code in {"", "en", "zh", "mixed", "und"} and code else ("other" if code else None)
    )


def _fresh_id(name: str, row: Row, seen: Seen) -> str:
    """Return the row's id; the second and later rows of one content count up."""
    first: str = row["id"]
    times = seen.add(first)
    return first if times == 1 else row_id(f"{name}#{times}", row)


def _described_text(row: Row) -> str:
    """Return the texts of a row that are no content, which its id depends on."""
    return "".join(cell for key in DESCRIBING if isinstance(cell := row[key], str))
