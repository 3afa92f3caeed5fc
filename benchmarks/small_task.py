"""A small task that trains in seconds: rows of the demo in both languages, and a phase on them."""

import json
import random
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.rows import Row
from tunesmith.search.paths import with_value
from tunesmith.training.params import Phase
from tunesmith.training.run import Trained, train

FILES = [Path("data/demo/support_en.jsonl"), Path("data/demo/support_zh.jsonl")]
TRAIN, VALIDATION = 128, 64
PHASE: dict[str, Any] = {  # the demo's, with one epoch
    "from": "base",
    "with": "base",
    "task": "chat",
    "method": {"kind": "lora", "r": 16, "alpha": 32},
    "epochs": 1,
    "learning_rate": 5e-3,
    "per_device_batch_size": 8,
    "max_length": 128,
    "evaluations_per_epoch": 2,
}


@cache
def rows(first: int, count: int, seed: int = 0) -> list[Row]:
    """Return sound rows of the demo, English and Chinese in turn, in an order of our own."""
    halves = []
    for path in FILES:
        found = [chat for line in path.read_text("utf-8").split("\n") if (chat := _chat(line))]
        random.Random(seed).shuffle(found)
        halves.append(found)
    both = [row for pair in zip(*halves, strict=False) for row in pair]
    return both[first : first + count]


def _chat(line: str) -> Row | None:
    """Return a record as a chat row, None for one of the flaws that the demo has on purpose."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    turns = record.get("messages")
    if turns is not None:
        if [one.get("role") for one in turns] != ["user", "assistant"]:
            return None
        asked, answer = (one.get("content") for one in turns)
    else:
        asked = f"{record.get('instruction') or ''}\n{record.get('input') or ''}".strip()
        answer = record.get("output")
    if not all(isinstance(text, str) and text.strip() for text in (asked, answer)):
        return None
    return {
        "source": "demo",
        "task": "chat",
        "prompt": [{"role": "user", "content": asked}],
        "completion": [{"role": "assistant", "content": answer}],
    }


def phase_with(dials: Mapping[str, Any], tree: dict[str, Any] = PHASE) -> Phase:
    """Return the phase with some dials set, by their paths below it."""
    for path, value in dials.items():
        tree = with_value(tree, path, value)
    return Phase.model_validate(tree)


def trained(dials: Mapping[str, Any], work: Path, seed: int = 0, data: int = 0) -> Trained:
    """Train the phase with some dials set.

    Args:
        dials: by their paths below the phase.
        work: a folder.
        seed: of the training.
        data: of the order in which rows are drawn.
    """
    base = work / "base"
    if not base.exists():
        resolve(BaseParams(model="data/demo-base")).write(base)
    given = (rows(0, TRAIN, data), rows(TRAIN, VALIDATION, data))
    return train(phase_with(dials), base, *given, work / "run", seed)
