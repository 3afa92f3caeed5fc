"""Turns the records of one file into examples; one that cannot be an example gets a reason."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tunesmith.importers import importer_of
from tunesmith.importers.base import Importer, ShapeError
from tunesmith.rows import COLUMNS, Row, row_id, text_of
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
OOD_SPLIT = re.compile(r"ood:[A-Za-z0-9_-]{1,40}")  # an out-of-distribution set
REASON_CHARS = 500
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


class Rejected(NamedTuple):
    """A record that is no example; `raw` is its JSON."""

    line: int
    reason: str
    raw: str


class Imported(NamedTuple):
    """The examples of one file, the rejected records, and how many records had which shape."""

    rows: list[Row]
    rejected: list[Rejected]
    shapes: Counter[str]


def import_records(
    records: Iterable[tuple[int, Mapping[str, Any]]], name: str, hints: Hints, seen: Counter[str]
) -> Imported:
    """Return the examples of one file: all of the task of the first, in whatever shapes.

    Args:
        records: line (or number) and columns of each record.
        name: of the file or data set; ids and `source` are made from it.
        hints: what params.yaml says about the source.
        seen: how often each id was given; a repeated content gets an id of its own.
    """
    found = Imported([], [], Counter())
    task = hints.task
    for line, record in records:
        try:
            shape, row = _example(record, hints, task)
        except ShapeError as error:
            raw = json.dumps(record, default=str)
            found.rejected.append(Rejected(line, _printable(str(error)), raw))
            continue
        task = row["task"]
        found.shapes[shape] += 1
        found.rows.append({**row, "id": _fresh_id(name, row, seen), "source": f"{name}:{line}"})
    return found


def _printable(reason: str) -> str:
    """Return a reason that any file can hold, though it may quote what a cell held."""
    return reason.encode("utf-8", "backslashreplace").decode()[:REASON_CHARS]


def _example(record: Mapping[str, Any], hints: Hints, task: str | None) -> tuple[str, Row]:
    """Return the shape and the example of one record.

    Raises:
        ShapeError: it fits no shape, or a cell holds what does not belong there.
    """
    record = _renamed(record, hints.columns)
    importer = importer_of(record, task)
    if importer is None:
        raise ShapeError(_unfit(record, task))
    row = {**dict.fromkeys(COLUMNS), **importer.convert(record), "task": importer.task}
    if row["label"] is not None and hints.labels:
        row["label"] = _named(row["label"], hints.labels)
    row |= _described(record, row, importer, hints)
    _check_text(row)
    return importer.name, row


def _renamed(record: Mapping[str, Any], columns: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the record under our names.

    Raises:
        ShapeError: it lacks a column that params.yaml names.
    """
    if not columns:
        return record
    for theirs in columns.values():
        if theirs not in record:
            raise ShapeError(f'no column "{theirs}"; columns: {", ".join(map(str, record))}')
    rest = {key: value for key, value in record.items() if key not in columns.values()}
    return rest | {ours: record[theirs] for ours, theirs in columns.items()}


def _unfit(record: Mapping[str, Any], wanted: str | None) -> str:
    """Say what the record has and what it should have."""
    columns = ", ".join(f'"{key}"' for key in record) or "none"
    task = f" of task {wanted}" if wanted else ""
    return f"columns {columns} fit no shape{task}"


def _named(label: str, labels: Mapping[str, str]) -> str:
    """Return the name of a raw label.

    Raises:
        ShapeError: params.yaml names other labels only.
    """
    if label in labels:
        return labels[label]
    if label in labels.values():
        return label
    raise ShapeError(f'label "{label}" is none of: {", ".join(labels)}')


def _described(record: Mapping[str, Any], row: Row, importer: Importer, hints: Hints) -> Row:
    """Return split, language, licence, group and meta; the source's word on splits comes first."""
    rest = {k: v for k, v in record.items() if k not in importer.columns and k not in OURS}
    lang = record.get("lang") or record.get("language")
    licence = hints.licence or record.get("licence") or record.get("license")
    group = record.get("group")
    return {
        "split": hints.split or _split(record.get("split")),
        "lang": _lang(lang) or hints.lang or script_language(text_of(row)),
        "licence": str(licence) if licence else None,
        "group": None if group is None else str(group),
        "meta": json.dumps(rest, sort_keys=True, ensure_ascii=False, default=str) if rest else None,
    }


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


def _fresh_id(name: str, row: Row, seen: Counter[str]) -> str:
    """Return the row's id; the second and later rows of one content count up."""
    first = row_id(name, row)
    seen[first] += 1
    return first if seen[first] == 1 else row_id(f"{name}#{seen[first]}", row)


def _check_text(row: Row) -> None:
    """Refuse half of a surrogate pair, which no file can hold."""
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ShapeError(r"a lone surrogate such as \ud83d is not text") from None
