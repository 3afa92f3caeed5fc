"""The sets that the loop is tried on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.starved import Learner, demo, labelled, linear, phase_of
from tunesmith.rows import Row

DIALS: dict[str, Any] = {
    "task": "chat",
    "method": {"kind": "lora", "r": 16, "alpha": 32},
    "epochs": 2,
    "learning_rate": 5e-3,
    "per_device_batch_size": 16,
    "packing": False,  # batches of like lengths, on a GPU as on a CPU
}


class Case(NamedTuple):
    """A set, the sizes of its parts for each value, how many values starve, and its learner."""

    name: str
    rows: Callable[[int], list[Row]]
    sizes: dict[str, int]
    column: str
    starved: int
    pool: bool
    proposed: int
    learner: Learner


def cases(data: Path, with_model: bool) -> list[Case]:
    """Return the sets that are tried."""
    chat = phase_of("data/demo-base", DIALS) if with_model else linear
    return [
        Case(
            "clinc",
            lambda _seed: labelled(data / "clinc150", "train.jsonl.gz", "en"),
            {"train": 30, "validation": 30, "test": 30, "fresh": 5},
            "label", 3, True, 90, linear,
        ),
        Case(
            "thucnews",
            lambda _seed: labelled(data / "thucnews_titles", "dev.jsonl.gz", "zh"),
            {"train": 250, "validation": 120, "test": 250, "fresh": 200},
            "label", 1, True, 150, linear,
        ),
        Case(
            "demo",
            demo,
            {"train": 120, "validation": 40, "test": 60, "fresh": 60},
            "meta.intent", 1, False, 90, chat,
        ),
        Case(
            "demo-pool",
            demo,
            {"train": 120, "validation": 40, "test": 60, "fresh": 60},
            "meta.intent", 1, True, 90, chat,
        ),
    ]  # fmt: skip
