"""Learns a sequence in one of the ways, and joint training; every way has as many steps."""

import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.continual.ways import WAYS
from stages.train import save
from tunesmith.models.load import load
from tunesmith.sequence.matrix import average, backward_transfer, forgetting, forward_transfer
from tunesmith.training.params import Phase
from tunesmith.training.run import train

if TYPE_CHECKING:
    from benchmarks.continual.sequences import Sequence

EPOCHS, RATE, BATCH, RANK, KEPT, LENGTH = 3.0, 5e-3, 32, 8, 500, 32
JOINT = "joint"
MADE_FROM: dict[str, Any] = {"data": {}, "settings": {}, "parents": [], "seed": 0}
Found = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """A sequence to be learnt in one way, or in `joint` training.

    Attributes:
        value: of the way's dial; None: as it is.
        batch: rows of an optimizer step.
        later: learning rate of all phases but the first, as a multiple of its.
    """

    sequence: "Sequence"
    way: str
    rate: float = RATE
    epochs: float = EPOCHS
    value: float | None = None
    batch: int = BATCH
    later: float = 1.0


def dials(**changes: Any) -> Phase:
    """Return the phase that all ways share."""
    return Phase.model_validate(
        {
            **{"from": "base", "with": "base", "task": "classification"},
            **{"method": {"kind": "lora", "r": RANK, "alpha": 2 * RANK}, "epochs": EPOCHS},
            **{"learning_rate": RATE, "per_device_batch_size": BATCH, "max_length": LENGTH},
            **{"schedule": "cosine", "warmup_ratio": 0.05},
            **{"evaluations_per_epoch": 1, "best_by": "loss"},  # few rows are soon all right
        }
        | changes
    )


def learnt(job: Job) -> Found:
    """Return what is measured of a job."""
    begun = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        if job.way == JOINT:
            found = joint(job, Path(folder))
        else:
            found = one_after_another(job, Path(folder))
    return {**found, "seconds": time.process_time() - begun}


def one_after_another(job: Job, work: Path) -> Found:
    """Learn task after task: the matrix has a line of accuracies a step."""
    way, one = WAYS[job.way].at(job.value), job.sequence
    start, matrix, steps, seen = one.base, [], 0, 0
    for number, task in enumerate(one.order):
        seen += sum(1 for row in one.rows if _task(row) == task)
        phase, folder = _phase(job, number, task, seen), work / f"step{number}"
        run = work / "run" / folder.name
        trained = train(phase, start, one.rows, one.validation, run, one.seed)
        save(trained, phase, MADE_FROM, folder.name, folder)
        matrix.append(accuracies(folder, one))
        steps, start = steps + int(trained.curves["step"].max()), folder
    chance = [1 / one.outputs] * len(one.order)  # the base has no head
    return {
        "average": float(average(matrix)),
        "forgetting": float(forgetting(matrix)),
        "backward": float(backward_transfer(matrix)),
        "forward": float(forward_transfer(matrix, chance)),
        "steps": steps,
        "kept": round(way.memory * seen) if way.memory else KEPT,
        "matrix": matrix,
    }


def _phase(job: Job, number: int, task: str, seen: int) -> Phase:
    """Return the phase of a task: what is replayed takes the place of new rows, not of steps."""
    way = WAYS[job.way].at(job.value)
    ratio, rate = (way.ratio, job.rate * job.later) if number else (0.0, job.rate)
    kept = KEPT if way.memory is None else max(1, round(way.memory * seen))
    changes: dict[str, Any] = {
        **{"only": {"meta.domain": task}, "reservoir": kept, "reservoir_by": way.by},
        **{"epochs": job.epochs * (1 - ratio), "learning_rate": rate},
        **{"continual": way.continual if number else None, "per_device_batch_size": job.batch},
    }
    if number:
        changes["from"] = f"step{number - 1}"
    if way.continual["kind"] == "olora":
        rank = RANK * (number + 1)
        changes["method"] = {"kind": "lora", "r": rank, "alpha": 2 * rank}
    return dials(**changes)


def joint(job: Job, work: Path) -> Found:
    """Learn all tasks at once, in as many steps."""
    one = job.sequence
    phase = dials(epochs=job.epochs, learning_rate=job.rate, per_device_batch_size=job.batch)
    trained = train(phase, one.base, one.rows, one.validation, work / "run" / JOINT, one.seed)
    save(trained, phase, MADE_FROM, JOINT, work / JOINT)
    scores = accuracies(work / JOINT, one)
    steps = int(trained.curves["step"].max())
    return {"average": float(np.mean(scores)), "steps": steps, "scores": scores}


def accuracies(folder: Path, one: "Sequence") -> list[float]:
    """Return the share of right labels of each task's test rows, in the order of the tasks."""
    from tunesmith.prediction.classify import class_logits
    from tunesmith.tasks.classification import encode_text

    loaded = load(folder, "classification", [])
    assert loaded.manifest is not None
    texts = [encode_text(row, loaded.tokenizer, LENGTH) for row in one.test]
    found = class_logits(loaded.model, loaded.tokenizer.pad_token_id, texts, 256)
    right = defaultdict(list)
    for row, (logits, _) in zip(one.test, found, strict=True):
        label = loaded.manifest.labels[int(np.argmax(logits))]
        right[_task(row)].append(label == row["label"])
    return [float(np.mean(right[task])) for task in one.order]


def _task(row: Any) -> str:
    """Return the task of a row."""
    from benchmarks.continual.sequences import domain_of

    return domain_of(row)
