"""The pairs of a set, and how they are dealt out: each is held out once."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tunesmith.importers.records import Hints, import_records
from tunesmith.rows import Row
from tunesmith.tasks.chat import IGNORED
from tunesmith.training.examples import encode_rows

UNCUT = 10**6
CHOOSE = 0.1  # share of a fold's other pairs that choose the checkpoint


@dataclass(frozen=True)
class Set:
    """Pairs of one source.

    Attributes:
        file: under the folder of data.
        tokens: that are read of prompt and answer at most.
        whole: leave out pairs of which an answer would be cut.
    """

    file: str
    tokens: int
    whole: bool = True


SETS = {
    "raschka": Set("raschka_instruct/preference.jsonl.gz", 128),
    "medicalgpt": Set("medicalgpt_zh/dpo_zh.jsonl.gz", 1024, whole=False),  # all the base can read
    "hh": Set("hh_rlhf_harmless_test/data.jsonl.gz", 1024),
}


@dataclass(frozen=True)
class Fold:
    """The pairs that are learnt, those that choose the checkpoint, and those held out."""

    train: list[Row]
    choose: list[Row]
    held_out: list[Row]


def read(path: Path) -> list[Row]:
    """Return the rows of a gzipped JSON Lines file."""
    lines = gzip.decompress(path.read_bytes()).decode("utf-8").split("\n")
    items = [(number, json.loads(line)) for number, line in enumerate(lines, 1) if line]
    return import_records(items, path.parent.name, Hints(task="preference"), set()).rows


def fitting(rows: list[Row], tokenizer: Any, of: Set) -> list[Row]:
    """Return the pairs that differ and have trained tokens within the limit; or whole ones."""
    unlike = [row for row in rows if row["chosen"] != row["rejected"]]
    encoded = encode_rows(unlike, "preference", tokenizer, UNCUT, [])
    return [row for row, item in zip(unlike, encoded, strict=True) if _fits(item, of)]


def _fits(item: dict[str, Any], of: Set) -> bool:
    """Return whether both answers of an encoded pair begin, or end, within the limit, unlike."""
    sides = (("input_ids", "labels"), ("rejected_ids", "rejected_labels"))
    lengths = [len(item[ids]) for ids, _ in sides]
    if of.whole:
        return max(lengths) <= of.tokens
    begin = all(any(one != IGNORED for one in item[labels][: of.tokens]) for _, labels in sides)
    return begin and item["input_ids"][: of.tokens] != item["rejected_ids"][: of.tokens]


def folds(rows: list[Row], count: int, seed: int) -> list[Fold]:
    """Return as many folds; every pair is held out in one of them."""
    order = np.random.default_rng(seed).permutation(len(rows)).tolist()
    found = []
    for number in range(count):
        held_out = [rows[place] for place in order[number::count]]
        others = [rows[place] for at, place in enumerate(order) if at % count != number]
        choose = max(8, round(CHOOSE * len(others)))
        found.append(Fold(others[choose:], others[:choose], held_out))
    return found
