"""Rows as tokens, kept between runs by content: the same rows are tokenised once.

A phase that is trained again with another learning rate, or goes on after an interruption, finds
its tokens in `.work/tokens/`, which may be deleted at any time.
"""

import hashlib
import json
from collections.abc import Callable
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from tunesmith.files import replacing, sha256_file, sha256_text, write_text
from tunesmith.rows import Row
from tunesmith.training import examples
from tunesmith.training.examples import Encoded, encode_rows

HELD = ("chat", "classification", "completion", "text")  # tasks whose rows are one text each
KEPT = 8  # files, the newest
OF_THE_LAST_CALL = ("truncation", "padding")  # a tokenizer remembers these
LABELS, CLASSES, WHOLE = "labels", "classes", "whole"


def encoded_rows(
    rows: list[Row],
    task: str,
    tokenizer: Any,
    max_length: int,
    labels: list[str],
    kept: Path | None,
) -> list[Encoded]:
    """Return `encode_rows` of rows, which is not called when `kept` has their tokens."""

    def encode() -> list[Encoded]:
        return encode_rows(rows, task, tokenizer, max_length, labels)

    key = key_of(tokenizer, task, max_length, labels) if task in HELD else ""
    return cached(kept, key, rows, encode) if kept and key else encode()


def cached(
    folder: Path, key: str, rows: list[Row], encode: Callable[[], list[Encoded]]
) -> list[Encoded]:
    """Return the tokens of rows, from the file of their content or from `encode`.

    A file that is not what was written is made again.

    Args:
        folder: of the files.
        key: of all that decides the tokens beside the rows, see `key_of`.
        rows: in order.
        encode: tokenises them, or raises.
    """
    path = folder / f"{_digest(key, rows)}.safetensors"
    if _is_whole(path):
        path.touch()
        return _read(path)
    encoded = encode()
    _write(path, encoded)
    _prune(folder, path)
    return encoded


def key_of(tokenizer: Any, task: str, max_length: int, labels: list[str]) -> str:
    """Return what decides the tokens of rows; empty when a tokenizer does not show itself.

    The code that encodes is part of it: a change there makes all tokens anew.
    """
    import tokenizers
    import transformers

    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        return ""
    versions = (tokenizers.__version__, transformers.__version__)
    special = (type(tokenizer).__name__, str(tokenizer.special_tokens_map), tokenizer.chat_template)
    model = {k: v for k, v in json.loads(backend.to_str()).items() if k not in OF_THE_LAST_CALL}
    own = (model, special, task, max_length, labels, versions, _code())
    return sha256_text(json.dumps(own, sort_keys=True))


def _code() -> list[str]:
    """Return the hashes of the files that turn rows into tokens."""
    from tunesmith import tasks

    paths = [Path(str(examples.__file__)), *Path(str(tasks.__file__)).parent.glob("*.py")]
    return [sha256_file(path) for path in sorted(paths)]


def _digest(key: str, rows: list[Row]) -> str:
    """Return the name of the rows' file."""
    digest = hashlib.sha256(key.encode())
    for row in rows:
        digest.update(json.dumps(row, sort_keys=True, default=str).encode())
    return digest.hexdigest()


def _hash_file(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _is_whole(path: Path) -> bool:
    """True when a file is there and has the hash that was written after it."""
    hashed = _hash_file(path)
    return path.exists() and hashed.exists() and hashed.read_text().strip() == sha256_file(path)


def _write(path: Path, encoded: list[Encoded]) -> None:
    """Write all rows one after the other, with where each ends; a class is one label a row.

    The number of rows that are encoded may differ from that of rows: a long text is several.
    """
    import numpy as np
    from safetensors.numpy import save_file

    classes = isinstance(encoded[0]["labels"], int)
    labels = [row["labels"] for row in encoded]
    data = {
        "ids": _joined([row["input_ids"] for row in encoded]),
        "ends": np.array(list(accumulate(len(row["input_ids"]) for row in encoded)), np.int64),
        CLASSES if classes else LABELS: np.array(labels, np.int32) if classes else _joined(labels),
        WHOLE: np.array([row.get(WHOLE, 0) for row in encoded], np.int64),
    }
    with replacing(path) as temporary:
        save_file(data, temporary)
    write_text(_hash_file(path), sha256_file(path))


def _read(path: Path) -> list[Encoded]:
    """Return rows as `encode` gave them."""
    from safetensors.numpy import load_file

    data = {name: array.tolist() for name, array in load_file(path).items()}
    spans = list(pairwise([0, *data["ends"]]))
    ids = [data["ids"][start:end] for start, end in spans]
    each = data.get(LABELS, [])
    labels = data[CLASSES] if CLASSES in data else [each[start:end] for start, end in spans]
    wholes = [{WHOLE: tokens} if tokens else {} for tokens in data[WHOLE]]
    rows = zip(ids, labels, wholes, strict=True)
    return [{"input_ids": i, "labels": j, **whole} for i, j, whole in rows]


def _joined(lists: list[list[int]]) -> Any:
    """Return lists of tokens as one array."""
    import numpy as np

    return np.concatenate([np.array(one, np.int32) for one in lists])


def _prune(folder: Path, used: Path) -> None:
    """Delete the files that were not used for longest; the one in use stays whatever the clock."""
    others = [path for path in folder.glob("*.safetensors") if path != used]
    for path in sorted(others, key=lambda path: path.stat().st_mtime)[: 1 - KEPT]:
        path.unlink()
        _hash_file(path).unlink(missing_ok=True)
