"""Runs the pipeline on real data sets, from collect to report, and prints what came out.

    python -m benchmarks.real_input --data FOLDER [--only sst2 | --write docs/real-input.md]

FOLDER holds the public sets by name: sst2, alpaca_en, alpaca_zh, huatuo_med_zh, and
tiny_llm_stories260k/hf (a pretrained 260,032-parameter Llama). Each trial runs in a copy of what
is under version control, so this working copy stays as it is. In a page that is there, only the
tables are written anew, whole: --write runs all trials, and refuses --only. Read the text again.
"""

import argparse
import re
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.trial import accounted, copy_project, interval, read, run_pipeline

TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)


@dataclass(frozen=True)
class Trial:
    """One data set through one recipe."""

    name: str
    recipe: str
    inbox: dict[str, str]  # file in data/inbox → file under the folder of data
    settings: list[str] = field(default_factory=list)
    base: str | None = None  # folder under the folder of data


TRIALS = [
    Trial(
        "sst2",
        "classify",
        {"train.jsonl.gz": "sst2/train.jsonl.gz", "dev.jsonl.gz": "sst2/dev.jsonl.gz"},
        ["collect.folder=data/inbox"],
    ),
    Trial(
        "alpaca_en",
        "chat",
        {"alpaca_en.jsonl.gz": "alpaca_en/data.jsonl.gz"},
        [
            "base.chat_template=plain",
            "clean.steps[length].max_chars=800",
            "phases.sft.epochs=1",
            "phases.sft.learning_rate=2.0e-3",
            "phases.sft.max_length=512",
            "predict.max_length=384",
        ],
        base="tiny_llm_stories260k/hf",
    ),
    Trial(
        "huatuo_med_zh + alpaca_zh",
        "chat",
        {
            "huatuo_med_zh.jsonl.gz": "huatuo_med_zh/data.jsonl.gz",
            "alpaca_zh.jsonl.gz": "alpaca_zh/data.jsonl.gz",
        },
        [
            "clean.steps[length].max_chars=400",
            "phases.sft.epochs=1",
            "phases.sft.learning_rate=2.0e-3",
        ],
    ),
]


def run(trial: Trial, data: Path, folder: Path) -> dict[str, Any]:
    """Run one trial in a folder and return its results."""
    copy_project(folder)
    inbox = folder / "data" / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    for name, source in trial.inbox.items():
        shutil.copy(data / source, inbox / name)
    settings = list(trial.settings)
    if trial.base:
        settings += [f"base.model={data.resolve() / trial.base}", "base.digest=null"]
    started = time.monotonic()
    run_pipeline(folder, trial.recipe, settings)
    return {"seconds": time.monotonic() - started, **collect_results(folder)}


def collect_results(folder: Path) -> dict[str, Any]:
    """Return the numbers of a run."""
    curves = pd.read_csv(next((folder / "reports" / "curves").glob("*.csv")))
    losses = curves.query("split == 'validation'")["loss"]
    return {
        "rows": accounted(folder),
        "metrics": read(folder, "reports/metrics.json"),
        "verdict": read(folder, "reports/gate.json")["verdict"],
        "first_loss": float(losses.iloc[0]),
        "last_loss": float(losses.iloc[-1]),
    }


def scores_table(results: dict[str, dict[str, Any]]) -> str:
    """Return base against tuned, one row for each trial and metric, as Markdown."""
    lines = [
        "| data | validation loss | metric | n | base | tuned |",
        "|---|---|---|--:|---|---|",
    ]
    for name, result in results.items():
        loss = f"{result['first_loss']:.3f} → {result['last_loss']:.3f}"
        head = [name, loss]
        for metric, tuned in result["metrics"]["candidate"].items():
            base = result["metrics"]["base"][metric]
            row = [*head, metric, f"{tuned['n']}", interval(base), interval(tuned)]
            lines.append(f"| {' | '.join(row)} |")
            head = ["", ""]
    return "\n".join(lines)


def accounts_table(results: dict[str, dict[str, Any]]) -> str:
    """Return what became of the rows of each trial, as Markdown."""
    lines = ["| data | rows | |", "|---|--:|---|"]
    for name, result in results.items():
        head = name
        for what, rows in result["rows"]:
            lines.append(f"| {head} | {rows:,} | {what} |")
            head = ""
    return "\n".join(lines)


def write_tables(page: Path, tables: list[str]) -> None:
    """Put the tables in the places of those of the page, in order; write one that is not there.

    Raises:
        SystemExit: the page has another number of tables.
    """
    if not page.exists():
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("\n\n".join(["# Real input", *tables]) + "\n", encoding="utf-8")
        return
    text = page.read_text(encoding="utf-8")
    found = TABLE.findall(text)
    if len(found) != len(tables):
        raise SystemExit(f"{page}: {len(found)} tables, not {len(tables)}; delete it or mend it")
    for old, new in zip(found, tables, strict=True):
        text = text.replace(old, f"{new}\n", 1)
    page.write_text(text, encoding="utf-8")


def parse(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the arguments.

    Raises:
        SystemExit: they say too little, or would write tables of a part of the trials.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    names = [trial.name for trial in TRIALS]
    parser.add_argument("--only", choices=names, help="run the trial of this name")
    parser.add_argument("--write", type=Path, help="Markdown file for the tables")
    args = parser.parse_args(words)
    if args.only and args.write:
        parser.error(
            f"--write puts new tables into {args.write}, and those of {args.only} alone would "
            "take the place of all trials': leave out --only, or --write to print them"
        )
    return args


def main() -> None:
    """Run the trials and print, or write, their tables."""
    args = parse()
    results = {}
    for trial in TRIALS:
        if args.only in (None, trial.name):
            with tempfile.TemporaryDirectory() as folder:
                results[trial.name] = run(trial, args.data, Path(folder))
    tables = [scores_table(results), accounts_table(results)]
    print("\n\n".join(tables))
    for name, result in results.items():
        print(f"{name}: {result['verdict']} after {result['seconds']:.0f} s")
    if args.write:
        write_tables(args.write, tables)


if __name__ == "__main__":
    main()
