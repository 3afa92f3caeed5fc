"""Files of examples: JSONL, JSON, CSV, TSV, TXT or Parquet, plain or packed (.gz, .zst)."""

import io
import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from tunesmith.errors import UserError
from tunesmith.files import sha256_file
from tunesmith.records import Item, Rejected
from tunesmith.sources.base import Batch, Facts, Items, SourceBase
from tunesmith.sources.decode import Encoding, encoding_of, part_of
from tunesmith.sources.magic import not_text
from tunesmith.sources.parquet import parquet_rows
from tunesmith.sources.parse import NEWLINES, PARSERS
from tunesmith.sources.unpack import PACKED, blocks, unpacked

HEAD_BYTES = 64
FORMATS = (*PARSERS, ".parquet")


class FileSource(SourceBase):
    """A file, a folder (all its files) or a pattern such as `inbox/*.jsonl`."""

    kind: Literal["file"] = "file"
    path: str
    encoding: str | None = None

    def batches(self, folder: Path) -> Iterator[Batch]:
        """Yield one batch a file; see `SourceBase.batches`."""
        for name in self.names(folder):
            yield _batch(folder / name, name, self.encoding, self.limit)

    def names(self, folder: Path) -> list[str]:
        """Return the names of the files, relative to the folder and sorted.

        Raises:
            UserError: there is none, or the path leaves the folder.
        """
        return [path.relative_to(folder).as_posix() for path in _files(folder, self.path)]


def _files(folder: Path, pattern: str) -> list[Path]:
    """Return the files that a path or pattern names, sorted by name.

    Raises:
        UserError: there is none, or the path leaves the folder.
    """
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        raise UserError(
            f'{folder}: path "{pattern}" leaves the folder; DVC watches only the folder'
        )
    there = files_of(folder, pattern)
    files = there if (folder / pattern).is_file() else [one for one in there if is_data(one)]
    if there and not files:
        raise UserError(f"{folder / pattern}: {_unknown_format(there[0].name)}")
    if not files:
        raise UserError(_absent(folder, pattern))
    for file in files:
        if not file.resolve().is_relative_to(folder.resolve()):
            raise UserError(f"{file}: a link out of the folder; put a copy of the file there")
    return files


def files_of(folder: Path, pattern: str) -> list[Path]:
    """Return all files of a path or pattern, of any format, sorted by name; none is no error."""
    path = folder / pattern
    if path.is_file():
        return [path]
    found = path.rglob("*") if path.is_dir() else folder.glob(pattern)
    return sorted(one for one in found if one.is_file())


def is_data(path: Path) -> bool:
    """Whether the name of a file is that of a format which is read."""
    return _format(path) in FORMATS


def _check_unchanged(path: Path, before: os.stat_result) -> None:
    """Refuse a file that was written to while it was read: half of it may be of either state."""
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise UserError(f"{path}: changed while it was read; run again when nobody writes to it")


def _absent(folder: Path, pattern: str) -> str:
    """Say what is there in place of a file that is not."""
    if not folder.is_dir():
        return f"{folder}: no such folder; set collect.folder in params.yaml"
    here = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    close = get_close_matches(pattern, here, n=1)
    guess = (
        f'; did you mean "{close[0]}"?'
        if close
        else f"; files here: {', '.join(here[:10]) or 'none'}"
    )
    return f"{folder / pattern}: no such file{guess}"


def _format(path: Path) -> str:
    """Return the suffix that names the format, below that of the packing."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in PACKED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _unknown_format(name: str) -> str:
    """Say that a name ends as no known format does."""
    known = ", ".join(FORMATS)
    return f"{name} is of an unknown format; known: {known}, each also with .gz or .zst"


def _batch(path: Path, name: str, encoding: str | None, limit: int | None) -> Batch:
    """Return one file; what does not need its rows is found out here, in a pass over its bytes.

    Raises:
        UserError: it is empty, of an unknown format or encoding, or cut off.
    """
    form = _format(path)
    if form not in FORMATS:
        raise UserError(f"{path}: {_unknown_format(path.name)}")
    before = path.stat()
    if not any(block.strip() for block in blocks(path)):
        raise UserError(
            f"{path}: the file is empty; put rows in it or take it out of collect.sources"
        )
    text = None if form == ".parquet" else _text(path, form, encoding)
    facts = Facts(sha256_file(path), before.st_size)
    if text is not None:
        facts = facts._replace(
            encoding=text.name, encoding_detected=text.detected, notes=_notes(text)
        )

    def read() -> Items:
        yield from _some(_rows(path, form, text), path, limit)
        _check_unchanged(path, before)
        return facts

    return Batch(name, read)


def _text(path: Path, form: str, encoding: str | None) -> Encoding:
    """Return the encoding of a file of text, or say that it is something else."""
    other = not_text(part_of(lambda: blocks(path), 0, HEAD_BYTES), form)
    if other:
        raise UserError(f"{path}: {other}")
    return encoding_of(lambda: blocks(path), str(path), encoding)


def _notes(text: Encoding) -> tuple[str, ...]:
    """Say which encoding was concluded from the bytes alone, and how to settle it."""
    if not text.detected:
        return ()
    return (f"not UTF-8: read as {text.name}; settle it with `encoding: {text.name}`",)


def _rows(path: Path, form: str, encoding: Encoding | None) -> Iterator[Item]:
    """Yield the rows of a file, and its broken lines between them."""
    if encoding is None:
        yield from parquet_rows(path)
        return
    with unpacked(path) as packed:
        newline = NEWLINES.get(form, "\n")
        stream = io.TextIOWrapper(packed, encoding.name, encoding.errors, newline)
        yield from PARSERS[form](stream, str(path))


def _some(items: Iterator[Item], path: Path, limit: int | None) -> Iterator[Item]:
    """Yield the items up to the record that is the last of the limit.

    Raises:
        UserError: there is none.
    """
    records, any_there = 0, False
    for item in items:
        any_there = True
        yield item
        records += not isinstance(item, Rejected)
        if records == limit:
            return
    if not any_there:
        raise UserError(
            f"{path}: the file holds no row; put rows in it or take it out of collect.sources"
        )
