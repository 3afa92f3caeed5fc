"""Preference rows and phases for tests of objectives."""

from pathlib import Path
from typing import Any

from tests.tunesmith.methods.trying import phase
from tunesmith.training.run import Trained, train


def pair_row(number: int, question: str, chosen: str, rejected: str) -> dict[str, Any]:
    """Return one preference example."""
    return {
        "id": f"pair-{number}",
        "task": "preference",
        "prompt": [{"role": "user", "content": question}],
        "chosen": [{"role": "assistant", "content": chosen}],
        "rejected": [{"role": "assistant", "content": rejected}],
        "source": f"pairs.jsonl:{number + 1}",
    }


PAIRS = [pair_row(i, f"say {i % 5}", f"好 {'abc'[i % 3]}", f"no {i % 7}") for i in range(16)]


def preferring(base: Path, work: Path, objective: dict[str, Any], **changes: Any) -> Trained:
    """Train a phase on the pairs."""
    task = changes.pop("task", "preference")
    method = changes.pop("method", {"kind": "lora", "r": 4})
    dials = {"learning_rate": 0.01, "epochs": 3, **changes}
    one = phase(method, task=task, objective=objective, **dials)
    return train(one, base, PAIRS, PAIRS[:6], work, seed=0)
