"""Teaches a small encoder five domains of CLINC150 one after another, and prints what is left.

`python -m benchmarks.continual --data FOLDER [--seeds 0 1 2] [--only naive ewc]`: FOLDER holds
`clinc150`. A seed trains a one-layer encoder on the other five domains, which makes the base, and
draws the order of the tasks. Each way then goes on from phase to phase with one LoRA adapter, at as
many optimizer steps as any other; joint training sees all rows at once in as many steps. All tasks
share 5 outputs, as answers in words share a vocabulary: the label of a row is the number of its
intent in its domain, of five intents. Scores are accuracies on CLINC150's own validation rows.
"""

import argparse
import gzip
import json
import tempfile
import time
from collections import defaultdict
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from stages.train import save
from tunesmith.models.load import load
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.rows import Row
from tunesmith.sequence.matrix import average, backward_transfer, forgetting, forward_transfer
from tunesmith.training.params import Phase
from tunesmith.training.run import train

DOMAINS = ("banking", "travel", "kitchen_and_dining", "work", "auto_and_commute")  # the tasks
INTENTS = 5  # of each domain, of 15
EACH = 90  # train rows of an intent, of 100
EPOCHS, RATE, RANK, KEPT, LENGTH = 3, 5e-3, 8, 500, 32
WAYS: dict[str, dict[str, Any]] = {
    "naive": {"kind": "naive"},
    "ewc": {"kind": "ewc", "importance": 0.5},
    "replay 5 %": {"kind": "replay", "ratio": 0.05},
    "replay 20 %": {"kind": "replay", "ratio": 0.2},
    "distill": {"kind": "distill", "weight": 1.0},
    "olora": {"kind": "olora"},
}
MADE_FROM = {"data": {}, "settings": {}, "parents": [], "seed": 0}


@dataclass(frozen=True)
class Sequence:
    """One seed: where it starts and what it learns in which order."""

    base: Path
    rows: list[Row]
    validation: list[Row]
    test: list[Row]
    order: list[str]
    seed: int


def dials(**changes: Any) -> Phase:
    """Return the phase that all ways share."""
    return Phase.model_validate(
        {
            **{"from": "base", "with": "base", "task": "classification"},
            **{"method": {"kind": "lora", "r": RANK, "alpha": 2 * RANK}, "epochs": EPOCHS},
            **{"learning_rate": RATE, "per_device_batch_size": 32, "max_length": LENGTH},
            **{"evaluations_per_epoch": 1, "schedule": "cosine", "warmup_ratio": 0.05},
        }
        | changes
    )


def run_way(way: str, one: Sequence, work: Path) -> tuple[list[list[float]], int]:
    """Return the matrix of accuracies, a line a step, and the optimizer steps of all phases."""
    kind, start, lines, steps = WAYS[way], one.base, [], 0
    for number, domain in enumerate(one.order):
        ratio = kind.get("ratio", 0.0) if number else 0.0
        changes: dict[str, Any] = {
            **{"only": {"meta.domain": domain}, "reservoir": KEPT},
            **{"epochs": EPOCHS * (1 - ratio), "continual": kind if number else None},
        }
        if number:
            changes["from"] = f"step{number - 1}"
        if kind["kind"] == "olora":
            rank = RANK * (number + 1)
            changes["method"] = {"kind": "lora", "r": rank, "alpha": 2 * rank}
        phase, folder = dials(**changes), work / f"step{number}"
        run = work / "run" / folder.name
        trained = train(phase, start, one.rows, one.validation, run, one.seed)
        save(trained, phase, MADE_FROM, folder.name, folder)
        lines.append(accuracies(folder, one))
        steps, start = steps + int(trained.curves["step"].max()), folder
    return lines, steps


def joint(one: Sequence, work: Path) -> tuple[list[float], int]:
    """Return the accuracies of one phase on all tasks at once."""
    phase = dials()
    trained = train(phase, one.base, one.rows, one.validation, work / "run" / "joint", one.seed)
    save(trained, phase, MADE_FROM, "joint", work / "joint")
    return accuracies(work / "joint", one), int(trained.curves["step"].max())


def accuracies(folder: Path, one: Sequence) -> list[float]:
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
        right[domain_of(row)].append(label == row["label"])
    return [float(np.mean(right[domain])) for domain in one.order]


def domain_of(row: Row) -> str:
    """Return the task of a row."""
    return str(json.loads(row["meta"])["domain"])


def make_sequence(data: Path, seed: int, work: Path) -> Sequence:
    """Train a base on the other domains, draw the rows and the order of the tasks."""
    rng = np.random.default_rng(seed)
    rows, test = read(data, "train"), read(data, "val")
    rows = [rows[place] for place in rng.permutation(len(rows))]
    own, asked = (numbered([r for r in part if domain_of(r) in DOMAINS]) for part in (rows, test))
    ours, held = few(own, EACH), few(own[::-1], 4)
    other = [row for row in rows if domain_of(row) not in DOMAINS]
    return Sequence(
        pretrained(other, rows, work, seed),
        ours,
        held,
        asked,
        [DOMAINS[place] for place in rng.permutation(len(DOMAINS))],
        seed,
    )


def numbered(rows: list[Row]) -> list[Row]:
    """Return the rows of each domain's first intents, with the intent's number there as label."""
    intents: dict[str, list[str]] = defaultdict(list)
    for domain, label in sorted({(domain_of(row), str(row["label"])) for row in rows}):
        intents[domain].append(label)
    places = [intents[domain_of(row)].index(row["label"]) for row in rows]
    named = zip(rows, places, strict=True)
    return [{**row, "label": str(place)} for row, place in named if place < INTENTS]


def few(rows: list[Row], each: int) -> list[Row]:
    """Return the first rows of every label of every domain."""
    seen: dict[tuple[str, str], int] = defaultdict(int)
    found = []
    for row in rows:
        key = (domain_of(row), row["label"])
        seen[key] += 1
        if seen[key] <= each:
            found.append(row)
    return found


def read(data: Path, name: str) -> list[Row]:
    """Return the rows of a file of CLINC150."""
    with gzip.open(data / "clinc150" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return [
        {
            **{"id": f"{name}-{number}", "source": f"{name}.jsonl:{number + 1}"},
            **{"task": "classification", "text": one["text"], "label": one["label"]},
            "meta": json.dumps({"domain": one["domain"]}),
        }
        for number, one in enumerate(records)
    ]


def pretrained(other: list[Row], rows: list[Row], work: Path, seed: int) -> Path:
    """Return the base: an encoder of words, trained on the intents of the other domains."""
    save_encoder(work / "blank", [row["text"] for row in rows], seed)
    resolve(BaseParams(model=str(work / "blank"))).write(work / "start")
    phase = dials(
        method={"kind": "full"},
        learning_rate=5e-3,
        epochs=3,
        per_device_batch_size=64,
        schedule="cosine",
        warmup_ratio=0.1,
    )
    trained = train(phase, work / "start", other, other[:64], work / "run" / "pre", seed)
    trained.model.base_model.save_pretrained(work / "weights")
    trained.start.tokenizer.save_pretrained(work / "weights")
    resolve(BaseParams(model=str(work / "weights"))).write(work / "base")
    return work / "base"


def save_encoder(folder: Path, texts: list[str], seed: int) -> None:
    """Save a random encoder whose tokens are the words of the texts."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    words = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.train_from_iterator(texts, trainers.WordLevelTrainer(special_tokens=special))
    words.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        eos_token="[SEP]",
    )
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=1,
        num_attention_heads=4, max_position_embeddings=64, pad_token_id=0, hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0, initializer_range=0.1,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def measures(matrix: list[list[float]], base: list[float]) -> dict[str, float]:
    """Return what is printed of one sequence."""
    return {
        "average": float(average(matrix)),
        "forgetting": float(forgetting(matrix)),
        "backward": float(backward_transfer(matrix)),
        "forward": float(forward_transfer(matrix, base)),
    }


def one_seed(data: Path, seed: int, ways: list[str]) -> dict[str, Any]:
    """Return, for each way, what is measured with one seed; what training prints is left out."""
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        sequence = make_sequence(data, seed, Path(folder))
        chance = [1 / INTENTS] * len(DOMAINS)  # the base has no head
        found: dict[str, Any] = {}
        for way in ways:
            begun = time.process_time()
            matrix, steps = run_way(way, sequence, Path(folder) / way.replace(" ", "-"))
            spent = time.process_time() - begun
            found[way] = {**measures(matrix, chance), "steps": steps, "seconds": spent}
            found[way]["matrix"] = matrix
        scores, steps = joint(sequence, Path(folder))
        found["joint"] = {"average": float(np.mean(scores)), "steps": steps}
    return found


def interval(values: list[float], sign: str = "") -> str:
    """Return mean and 95 % interval over seeds by Student's t."""
    mean = float(np.mean(values))
    half = float(stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)) if len(values) > 1 else 0
    return f"{mean:{sign}.3f} [{mean - half:{sign}.3f}, {mean + half:{sign}.3f}]"


def paired(found: list[dict[str, Any]], way: str, other: str = "naive") -> str:
    """Return by how much more a way forgets than another, over seeds, with the p of Student's t."""
    if way == other:
        return ""
    gaps = [one[way]["forgetting"] - one[other]["forgetting"] for one in found]
    p = float(stats.ttest_1samp(gaps, 0).pvalue) if len(gaps) > 1 else 1.0
    return f"{interval(gaps, '+')}, p = {p:.2g}"


def table(found: list[dict[str, Any]], ways: list[str]) -> list[str]:
    """Return the lines of the table."""
    whole = [one["joint"]["average"] for one in found]
    lines = [
        "| way | average accuracy | of joint | forgetting | against naive | steps | CPU-s |",
        "|---|---|--:|---|---|--:|--:|",
        f"| joint | {interval(whole)} | 100 % | | | {found[0]['joint']['steps']} | |",
    ]
    for way in ways:
        own = [one[way] for one in found]
        kept = np.mean([one["average"] for one in own]) / np.mean(whole)
        lines.append(
            f"| {way} | {interval([one['average'] for one in own])} | {kept:.0%} "
            f"| {interval([one['forgetting'] for one in own])} | {paired(found, way)} "
            f"| {own[0]['steps']} | {np.mean([one['seconds'] for one in own]):.0f} |"
        )
    return lines


def main() -> None:
    """Print the table, and with --json what it is made of."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", nargs="+", type=int, default=list(range(5)))
    parser.add_argument("--only", nargs="*", default=list(WAYS), choices=WAYS)
    parser.add_argument("--json", type=Path, help="where to keep what the table is made of")
    parser.add_argument("--read", nargs="*", type=Path, default=[], help="such files, instead")
    chosen = parser.parse_args()
    found = [one for path in chosen.read for one in json.loads(path.read_text(encoding="utf-8"))]
    found = found or [one_seed(chosen.data, seed, chosen.only) for seed in chosen.seeds]
    print("\n".join(table(found, [way for way in chosen.only if way in found[0]])))
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
