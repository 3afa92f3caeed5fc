"""SST-2: does what was learnt on film reviews' sentences hold on other reviews, and in tests?"""

import json
import shutil
from pathlib import Path

from benchmarks.evaluation_input import Trial
from benchmarks.evaluation_input.samples import Record, deal, read_records, write_records
from benchmarks.evaluation_input.tables import (
    METRICS,
    account_table,
    behaviour_table,
    gaps_table,
    scores_table,
    training_table,
    verdict_text,
)
from benchmarks.trial import copy_project, interval, read, run_pipeline

PER_LABEL = 1300
EPOCHS = 2
RATE = 1.0e-4
MAX_LENGTH = 256  # tokens that are read of a review
SITES = ("amazon", "imdb", "yelp")
NAMES = {"0": "negative", "1": "positive"}
ABOUT = f"""\
MiniLM, recipe `classify` without its adversary,
{EPOCHS} epochs over {PER_LABEL:,} SST-2 sentences of each label; the
test rows are SST-2's dev. Never trained on:

- `ood:original`, `ood:revised`: IMDB reviews, and the same reviews with as few words changed as
  turn the label (Kaushik et al. 2020, https://arxiv.org/abs/1909.12434). They are long: the first
  {MAX_LENGTH} tokens are read.
- `ood:amazon`, `ood:imdb`, `ood:yelp`: sentences of three sites (UCI Sentiment Labelled Sentences).
- CheckList's sentiment suite (Ribeiro et al. 2020), 60 cases a test at most, as
  [behaviour.md](../behaviour.md) imports it; cases that expect "neutral" are left out."""


def run(data: Path, folder: Path) -> None:
    """Train on SST-2, ask all sets and tests."""
    copy_project(folder)
    inbox = folder / "data" / "inbox"
    [train] = deal(read_records(data / "sst2/train.jsonl.gz"), [PER_LABEL])
    write_records(inbox / "train.jsonl", train)
    write_records(inbox / "dev.jsonl", read_records(data / "sst2/dev.jsonl.gz"))
    for name, records in outside(data).items():
        write_records(inbox / f"{name}.jsonl", records)
    replace_tests(data, folder / "data" / "behaviour")
    run_pipeline(folder, "classify", settings())


def outside(data: Path) -> dict[str, list[Record]]:
    """Return the out-of-distribution sets; of a pair of reviews the original stands first."""
    pairs = [
        {"text": record["Text"], "label": record["Sentiment"].lower(), "pair": record["batch_id"]}
        for name in ("train", "dev")
        for record in read_records(data / f"imdb_counterfactual/{name}_paired.jsonl.gz")
    ]
    assert all(a["pair"] == b["pair"] for a, b in zip(pairs[::2], pairs[1::2], strict=True))
    sites = {name: read_records(data / f"uci_sentences/{name}.jsonl.gz") for name in SITES}
    return {"original": pairs[::2], "revised": pairs[1::2], **sites}


def replace_tests(data: Path, folder: Path) -> None:
    """Put CheckList's suite where the demo's tests are."""
    for path in folder.glob("*.jsonl"):
        path.unlink()
    (folder / "checklist").mkdir(exist_ok=True)
    file = "checklist/sentiment.jsonl.gz"
    shutil.copy(data / file, folder / file)
    line = {"checklist": file, "labels": {"0": "negative", "2": "positive"}, "most": 60}
    write_records(folder / "sentiment.jsonl", [line])


def settings() -> list[str]:
    """Return the dials that differ from the recipe's."""
    plain = {"kind": "file", "task": "classification", "lang": "en", "labels": NAMES}
    sources = [
        {**plain, "path": "train.jsonl"},
        {**plain, "path": "dev.jsonl", "split": "test"},
        *(
            {**plain, "path": f"{name}.jsonl", "split": f"ood:{name}"}
            for name in ("original", "revised", *SITES)
        ),
    ]
    return [
        f"collect.sources={json.dumps(sources)}",
        f"phases.classifier.epochs={EPOCHS}",
        f"phases.classifier.learning_rate={RATE}",
        "phases.classifier.adversarial_epsilon=null",
        f"predict.max_length={MAX_LENGTH}",
    ]


def tables(folder: Path) -> list[str]:
    """Return the parts of the page."""
    return [
        scores_table(folder),
        gaps_table(folder),
        behaviour_table(folder),
        verdict_text(folder),
        training_table(folder),
        account_table(folder),
    ]


def headline(folder: Path) -> str:
    """Return the accuracy on the test rows and the set that is lowest against them."""
    metrics = read(folder, METRICS)
    gaps = {name: models["candidate"]["accuracy"] for name, models in metrics["gaps"].items()}
    worst = min(gaps, key=lambda name: gaps[name]["difference"])
    accuracy = interval(metrics["candidate"]["accuracy"])
    return f"accuracy {accuracy}; lowest against it: {worst} {interval(gaps[worst])}"


SST2 = Trial("sst2", "SST-2 and what lies outside of it", ABOUT, run, tables, headline)
