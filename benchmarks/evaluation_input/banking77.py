"""BANKING77: which of 77 close intents are taken for each other, and which labels look wrong."""

from pathlib import Path

from benchmarks.evaluation_input import Trial
from benchmarks.evaluation_input.samples import deal, read_records, write_records
from benchmarks.evaluation_input.tables import (
    METRICS,
    account_table,
    confusions_table,
    label_errors_table,
    scores_table,
    training_table,
    verdict_text,
)
from benchmarks.trial import copy_project, interval, read, run_pipeline

TRAIN, TEST = 30, 40  # rows of each label, at most
EPOCHS = 4
RATE = 1.0e-3
ABOUT = f"""\
MiniLM, recipe `classify` without its adversary,
{EPOCHS} epochs over {TRAIN} queries of each of the 77 intents (Casanueva
et al. 2020, https://aclanthology.org/2020.nlp4convai-1.5, CC BY 4.0). The test rows are up to
{TEST} others of each. Both are drawn from the train part of the set: no score of its test part."""


def run(data: Path, folder: Path) -> None:
    """Train on a sample of the intents, ask another one."""
    copy_project(folder)
    train, test = deal(read_records(data / "banking77/train.jsonl.gz"), [TRAIN, TEST])
    write_records(folder / "data/inbox/train.jsonl", train)
    write_records(folder / "data/inbox/dev.jsonl", test)
    settings = [
        "collect.folder=data/inbox",
        f"phases.classifier.epochs={EPOCHS}",
        f"phases.classifier.learning_rate={RATE}",
        "phases.classifier.adversarial_epsilon=null",
    ]
    run_pipeline(folder, "classify", settings)


def tables(folder: Path) -> list[str]:
    """Return the parts of the page."""
    return [
        scores_table(folder),
        confusions_table(folder, 15),
        label_errors_table(folder, 8),
        verdict_text(folder),
        training_table(folder),
        account_table(folder),
    ]


def headline(folder: Path) -> str:
    """Return accuracy and the first confused pair."""
    tuned = read(folder, METRICS)["candidate"]
    first = read(folder, "reports/analysis/findings.json")["confusions"][0]
    pair = f"{first['reference']} → {first['prediction']} ({first['count']} rows)"
    return f"accuracy {interval(tuned['accuracy'])}; most confused: {pair}"


BANKING77 = Trial("banking77", "BANKING77: 77 close intents", ABOUT, run, tables, headline)
