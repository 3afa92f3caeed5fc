"""CLINC150: 150 intents, and queries that belong to none of them."""

import json
from pathlib import Path

from benchmarks.evaluation_input import Trial
from benchmarks.evaluation_input.samples import deal, read_records, write_records
from benchmarks.evaluation_input.tables import (
    METRICS,
    account_table,
    confusions_table,
    scores_table,
    slice_score,
    slices_table,
    training_table,
    verdict_text,
)
from benchmarks.trial import copy_project, interval, read, run_pipeline

PER_LABEL = 40
RATE = 1.0e-3
EPOCHS = 4
ABOUT = f"""\
MiniLM, recipe `classify` without its adversary,
{EPOCHS} epochs over {PER_LABEL} of the 100 train queries of each of the
150 intents (Larson et al. 2019, https://aclanthology.org/D19-1131). The test rows are the 3,000
validation queries (`dev.jsonl`) and 200 out-of-scope queries (`oos.jsonl`), whose label the model
has never seen: no answer to them can be right, so read accuracy on the slice `source=dev.jsonl`;
`oos_auroc` tells whether the model is less sure of them."""


def run(data: Path, folder: Path) -> None:
    """Train on a sample of the intents, ask in-scope and out-of-scope queries."""
    copy_project(folder)
    inbox = folder / "data" / "inbox"
    [train] = deal(read_records(data / "clinc150/train.jsonl.gz"), [PER_LABEL])
    write_records(inbox / "train.jsonl", train)
    write_records(inbox / "dev.jsonl", read_records(data / "clinc150/val.jsonl.gz"))
    oos = [read_records(data / f"clinc150/oos_{name}.jsonl.gz") for name in ("train", "val")]
    write_records(inbox / "oos.jsonl", [record for part in oos for record in part])
    run_pipeline(folder, "classify", settings())


def settings() -> list[str]:
    """Return the dials that differ from the recipe's."""
    plain = {"kind": "file", "task": "classification", "lang": "en"}
    sources = [
        {**plain, "path": "train.jsonl"},
        {**plain, "path": "dev.jsonl", "split": "test"},
        {**plain, "path": "oos.jsonl", "split": "test"},
    ]
    return [
        f"collect.sources={json.dumps(sources)}",
        f"phases.classifier.epochs={EPOCHS}",
        f"phases.classifier.learning_rate={RATE}",
        "phases.classifier.adversarial_epsilon=null",
        "evaluate.metrics=[accuracy, macro_f1, ece, oos_auroc]",
        "evaluate.slices=[source, meta.domain, label]",
        "analyze.slices=[meta.domain, label, length]",
    ]


def tables(folder: Path) -> list[str]:
    """Return the parts of the page."""
    return [
        scores_table(folder),
        slices_table(folder, ["source", "meta.domain"], "accuracy"),
        slices_table(folder, ["source"], "macro_f1"),
        confusions_table(folder, 10),
        verdict_text(folder),
        training_table(folder),
        account_table(folder),
    ]


def headline(folder: Path) -> str:
    """Return the accuracy in scope and the AUROC."""
    inside = slice_score(folder, "candidate", "source=dev.jsonl", "accuracy")
    auroc = read(folder, METRICS)["candidate"]["oos_auroc"]
    return f"accuracy in scope {interval(inside)}, out-of-scope AUROC {interval(auroc)}"


CLINC150 = Trial("clinc150", "CLINC150 with out-of-scope queries", ABOUT, run, tables, headline)
