"""Reads public sets of packed JSON lines, draws rows of every label, writes them for `collect`."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

Record = dict[str, Any]


def read_records(path: Path) -> list[Record]:
    """Return the rows of a packed file; a line ends with a line feed only, U+2029 ends none."""
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def write_records(path: Path, records: Iterable[Record]) -> None:
    """Write rows as JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(record, ensure_ascii=False) for record in records)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


def deal(records: list[Record], sizes: list[int], seed: int = 0) -> list[list[Record]]:
    """Return disjoint samples: of each label at most so many rows, drawn by the seed, in order.

    Args:
        records: rows with a `label`.
        sizes: rows of each label in each sample; a label that runs out gives the later ones fewer.
        seed: of the draw.
    """
    by_label: dict[str, list[int]] = {}
    for place, record in enumerate(records):
        by_label.setdefault(str(record["label"]), []).append(place)
    rng = np.random.default_rng(seed)
    ends = np.cumsum([0, *sizes]).tolist()
    dealt: list[list[int]] = [[] for _ in sizes]
    for label in sorted(by_label):
        drawn = rng.permutation(by_label[label]).tolist()
        for sample, start, end in zip(dealt, ends[:-1], ends[1:], strict=True):
            sample.extend(drawn[start:end])
    return [[records[place] for place in sorted(sample)] for sample in dealt]
