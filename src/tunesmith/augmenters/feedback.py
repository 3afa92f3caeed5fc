"""Reads the rounds of the improve loop: files of rows that are written once and never edited."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from tunesmith.augmenters.feedback_row import checked_row
from tunesmith.errors import UserError
from tunesmith.files import sha256_file
from tunesmith.rows import Row

NAME = re.compile(r"(\d{3,})-([0-9a-f]{8})\.jsonl")
BESIDE = (".gitkeep", ".gitignore", "README.md")


class Round(NamedTuple):
    """One promoted round and its rows."""

    name: str
    number: str
    rows: list[Row]


def round_name(number: int, path: Path) -> str:
    """Return the name of a round: its number and the start of its content's SHA-256."""
    return f"{number:03d}-{sha256_file(path)[:8]}.jsonl"


def read_rounds(folder: Path) -> list[Round]:
    """Return every round of a folder in the order of their numbers.

    Raises:
        UserError: no such folder, a file of another name, a number that two rounds have, a
            round that was edited, or a row that is none (with file and line).
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; an empty one will do")
    names = sorted(path.name for path in folder.iterdir() if _is_round(path))
    rounds = [_read_round(folder / name) for name in sorted(names, key=_number)]
    for first, second in pairwise(rounds):
        if int(first.number) == int(second.number):
            raise UserError(f"{folder}: two rounds {first.number}: {first.name}, {second.name}")
    return rounds


def _is_round(path: Path) -> bool:
    """True for a round, False for what may lie beside it."""
    if path.name in BESIDE or path.suffix == ".dvc":
        return False
    if not NAME.fullmatch(path.name):
        raise UserError(f"{path}: a round is named 001-0a1b2c3d.jsonl: number, SHA-256's start")
    return True


def _number(name: str) -> tuple[int, str]:
    """Return what rounds are ordered by."""
    return int(name.split("-", maxsplit=1)[0]), name


def _read_round(path: Path) -> Round:
    """Return one round after checking that it is what was promoted."""
    match = NAME.fullmatch(path.name)
    assert match, "only names of rounds come here"
    number, digest = match.groups()
    if sha256_file(path)[:8] != digest:
        raise UserError(
            f"{path}: its content has changed since it was promoted; restore it and promote "
            "the change as a new round"
        )
    lines = path.read_text(encoding="utf-8").split("\n")  # U+0085 and U+2028 end no row
    rows = [
        _parsed(line, f"{path}:{place}", f"{path.name}:{place}", number)
        for place, line in enumerate(lines, start=1)
        if line.strip()
    ]
    return Round(path.name, number, rows)


def _parsed(line: str, where: str, source: str, number: str) -> Row:
    """Return the row of one line."""
    try:
        data: Any = json.loads(line)
    except json.JSONDecodeError as error:
        raise UserError(f"{where}: not JSON: {error.msg} at column {error.colno}") from None
    return checked_row(data, where, source, f"feedback:{number}")
