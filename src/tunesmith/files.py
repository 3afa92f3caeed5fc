"""Writes and hashes files: whole or not at all, sorted keys, a newline at the end."""

import errno
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FULL = {errno.ENOSPC, errno.EDQUOT}
MARKS = ("No space left", "os error 28", "Disk quota exceeded", "os error 122")
TORCH_WRITES = "inline_container.cc"  # all that torch.save says of a write that failed


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary neighbour of `path` that takes its place when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partial")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text that ends with one newline."""
    with replacing(path) as temporary:
        temporary.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")


def is_full(error: BaseException) -> bool:
    """True for an error of a full disk; torch, safetensors and tokenizers say it only in words."""
    if isinstance(error, OSError) and error.errno in FULL:
        return True
    return any(mark in str(error) for mark in (*MARKS, TORCH_WRITES))


def csv_cell(text: str) -> str:
    """Return a text that a spreadsheet shows and does not run as a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def write_json(path: Path, data: Any) -> None:
    """Write JSON with sorted keys; NaN and infinity are refused."""
    write_text(
        path, json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    )


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


@contextmanager
def writing_jsonl(path: Path) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Give a function that writes one JSON object a line; the file is there when all went well."""
    with (
        replacing(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="\n") as handle,
    ):

        def write(record: Mapping[str, Any]) -> None:
            handle.write(json.dumps(record, sort_keys=True, ensure_ascii=False) + "\n")

        yield write


def write_jsonl(path: Path, records: list[dict[str, Any]]) -> None:
    """Write one JSON object a line, in the order given."""
    with writing_jsonl(path) as write:
        for record in records:
            write(record)


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def sha256_tree(parts: Mapping[str, Path]) -> str:
    """Return one SHA-256 over files and folders of text, by the names given; no compiled files."""
    files = {
        f"{name}/{file.relative_to(path).as_posix()}": sha256_file(file)
        for name, path in parts.items()
        for file in sorted(path.rglob("*") if path.is_dir() else [path])
        if file.is_file() and "__pycache__" not in file.parts
    }
    return sha256_text(json.dumps(files, sort_keys=True))


def sha256_text(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
