"""Files of examples: JSONL, JSON, CSV, TSV, TXT or Parquet, plain or packed (.gz, .zst)."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from tunesmith.errors import UserError
from tunesmith.files import sha256_file
from tunesmith.sources.base import Batch, SourceBase
from tunesmith.sources.decode import decode
from tunesmith.sources.parse import PARSERS, Parsed

BOMB_RATIO = 200  # text packs to a tenth; a file that unpacks to more than this ...
BOMB_BYTES = 256 << 20  # ... and is larger than this is refused
BLOCK_BYTES = 1 << 24
PACKED = {".gz": "gzip", ".zst": "zstd"}
FORMATS = (*PARSERS, ".parquet")


class FileSource(SourceBase):
    """A file, a folder (all its files) or a pattern such as `inbox/*.jsonl`."""

    kind: Literal["file"] = "file"
    path: str
    encoding: str | None = None

    def batches(self, folder: Path) -> Iterator[Batch]:
        """Yield one batch a file; see `SourceBase.batches`."""
        for path in _files(folder, self.path):
            before = path.stat()
            yield _batch(path, path.relative_to(folder).as_posix(), self.encoding, self.limit)
            _check_unchanged(path, before)


def _files(folder: Path, pattern: str) -> list[Path]:
    """Return the files that a path or pattern names, sorted by name.

    Raises:
        UserError: there is none, or the path leaves the folder.
    """
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        raise UserError(
            f'{folder}: path "{pattern}" leaves the folder; DVC watches only the folder'
        )
    path = folder / pattern
    if path.is_file():
        files = [path]
    else:
        found = sorted(path.rglob("*") if path.is_dir() else folder.glob(pattern))
        files = [file for file in found if file.is_file() and _format(file) in FORMATS]
    if not files:
        raise UserError(_absent(folder, pattern))
    for file in files:
        if not file.resolve().is_relative_to(folder.resolve()):
            raise UserError(f"{file}: a link out of the folder; put a copy of the file there")
    return files


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


def _batch(path: Path, name: str, encoding: str | None, limit: int | None) -> Batch:
    """Read one file.

    Raises:
        UserError: it is empty, of an unknown format, or broken as a whole.
    """
    form = _format(path)
    if form not in FORMATS:
        raise UserError(
            f"{path}: unknown format; known: {', '.join(FORMATS)}, each also with .gz or .zst"
        )
    data = _unpacked(path)
    if not data.strip():
        raise UserError(
            f"{path}: the file is empty; put rows in it or take it out of collect.sources"
        )
    if form == ".parquet":
        parsed, used, note = _parquet(data, path), None, None
    else:
        text, used, note = decode(data, str(path), encoding)
        parsed = PARSERS[form](text, str(path))
    if not parsed.records and not parsed.broken:
        raise UserError(
            f"{path}: the file holds no row; put rows in it or take it out of collect.sources"
        )
    records = parsed.records[:limit]
    last = records[-1][0] if limit is not None and records else None
    broken = [item for item in parsed.broken if last is None or item.line <= last]
    size = path.stat().st_size
    return Batch(name, records, broken, sha256_file(path), size, used, (note,) if note else ())


def _unpacked(path: Path) -> bytes:
    """Return the bytes of a file, unpacked.

    Raises:
        UserError: it is not packed as its name says, or cut off.
    """
    packing = PACKED.get(path.suffix.lower())
    if packing is None or path.stat().st_size == 0:
        return path.read_bytes()
    try:
        with pa.CompressedInputStream(pa.OSFile(str(path)), packing) as stream:
            return _up_to(max(BOMB_BYTES, BOMB_RATIO * path.stat().st_size), stream, path)
    except OSError as error:
        raise UserError(f"{path}: cannot be unpacked as {packing}: {error}") from None


def _up_to(most: int, stream: pa.NativeFile, path: Path) -> bytes:
    """Return what a stream holds.

    Raises:
        UserError: it is more than `most` bytes.
    """
    blocks: list[bytes] = []
    size = 0
    while block := stream.read(BLOCK_BYTES):
        blocks.append(block)
        size += len(block)
        if size > most:
            raise UserError(
                f"{path}: unpacks to more than {most:,} bytes, {BOMB_RATIO} times its size; if "
                "that is meant, unpack it yourself"
            )
    return b"".join(blocks)


def _parquet(data: bytes, path: Path) -> Parsed:
    """Return the rows of a Parquet file, numbered from 1."""
    try:
        rows: list[dict[str, Any]] = pq.read_table(pa.BufferReader(data)).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise UserError(f"{path}: not a Parquet file: {error}") from None
    return Parsed(list(enumerate(rows, start=1)), [])
