"""Writes what a generator of the demo has made."""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path


def jsonl(records: Iterable[Mapping[str, object]]) -> str:
    """One JSON object a line, Chinese written as itself."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def write_as_asked(build: Callable[[int], Mapping[str, str]], what: str | None) -> None:
    """Write the files of a generator into `--out`, made with `--seed`.

    Args:
        build: from a seed to text by file name.
        what: says what is written, for `--help`.
    """
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    flags = parser.parse_args()
    flags.out.mkdir(parents=True, exist_ok=True)
    for name, text in build(flags.seed).items():
        (flags.out / name).write_text(text, encoding="utf-8", newline="\n")
