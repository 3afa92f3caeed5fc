"""Keeps what every look has found: a line each, and a table of their sides for `dvc plots show`.

Neither holds a clock: a look has its number, the hashes of the files that it saw, and the model.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from tunesmith.files import sha256_file, sha256_text, write_jsonl, write_text
from tunesmith.monitor import MonitorParams
from tunesmith.sources.file import files_of, is_data

Look: TypeAlias = dict[str, Any]

COLUMNS = ("look", "side", "of_limit", "effect", "chance", "limit", "rows", "level", "seen")


def read_looks(path: Path) -> list[Look]:
    """Return the looks so far, the first first; none where there is no file."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]


def seen_files(looks: Sequence[Look]) -> frozenset[str]:
    """Return the SHA-256 of every file that a look has seen."""
    return frozenset(digest for look in looks for digest in look["files"].values())


def has_news(params: MonitorParams, looks: Path) -> bool:
    """Tell, without reading a row, whether there is a file that no look has seen."""
    known = seen_files(read_looks(looks))
    return any(
        is_data(path) and sha256_file(path) not in known
        for source in (params.asked, params.answered)
        for path in files_of(params.folder, source.path)
    )


def record(look: Mapping[str, Any], looks: Path, history: Path) -> int:
    """Add a look to both files and return its number, from 1."""
    known = read_looks(looks)
    number = len(known) + 1
    known.append({"look": number, **look})
    write_jsonl(looks, known)
    write_text(history, _table(known))
    return number


def _table(looks: Sequence[Look]) -> str:
    """Return one line for each side that was measured; 1 is its limit."""
    text = io.StringIO()
    lines = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    lines.writeheader()
    lines.writerows(line for look in looks for line in _lines(look))
    return text.getvalue()


def _lines(look: Look) -> Iterator[dict[str, Any]]:
    """Yield the lines of one look."""
    seen = sha256_text(json.dumps(look["files"], sort_keys=True))[:8]
    for side in look["sides"]:
        if side["effect"] is not None:
            yield {
                "look": look["look"],
                "side": side["name"],
                "of_limit": side["effect"] / side["limit"],
                **{key: side[key] for key in ("effect", "chance", "limit", "rows", "level")},
                "seen": seen,
            }
