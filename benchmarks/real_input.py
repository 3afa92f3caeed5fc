"""Runs the pipeline on real data sets, from collect to report, and prints what came out.

    python -m benchmarks.real_input --data FOLDER [--only sst2] [--write docs/results/real_input.md]

FOLDER holds the public sets by name: sst2, alpaca_en, alpaca_zh, huatuo_med_zh, and
tiny_llm_stories260k/hf (a pretrained 260,032-parameter Llama). Each trial runs in a copy of what
is under version control, so this working copy stays as it is.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent


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


def copy_project(folder: Path) -> None:
    """Copy every file under version control, as it is now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)


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
    sets = [word for setting in settings for word in ("--set", setting)]
    call(folder, "tunesmith", "recipe", "apply", trial.recipe, *sets)
    started = time.monotonic()
    call(folder, "dvc", "repro")
    return {"seconds": time.monotonic() - started, **collect_results(folder)}


def call(folder: Path, *words: str) -> None:
    """Run one of the project's commands in a folder, with the code that is there."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(folder / "src")}
    subprocess.run([sys.executable, "-m", *words], cwd=folder, check=True, env=env)


def collect_results(folder: Path) -> dict[str, Any]:
    """Return the numbers of a run."""

    def load(name: str) -> Any:
        return json.loads((folder / name).read_text(encoding="utf-8"))

    curves = pd.read_csv(next((folder / "reports" / "curves").glob("*.csv")))
    losses = curves.query("split == 'validation'")["loss"]
    return {
        "rows": accounted(
            load("reports/data/manifest.json"),
            load("reports/data/clean.json"),
            load("reports/data/split.json"),
        ),
        "metrics": load("reports/metrics.json"),
        "verdict": load("reports/gate.json")["verdict"],
        "first_loss": float(losses.iloc[0]),
        "last_loss": float(losses.iloc[-1]),
    }


def accounted(manifest: Any, clean: Any, split: Any) -> list[tuple[str, int]]:
    """Return what became of every row that was read: where it went, or the reason it did not.

    Raises:
        AssertionError: a row is missing from the account.
    """
    read = manifest["totals"]["rows"] + manifest["totals"]["quarantined"]
    account = [("fits no shape", manifest["totals"]["quarantined"])]
    for step, reasons in clean["dropped"].items():
        account += [(f"{step}: {reason}", rows) for reason, rows in reasons.items()]
    account += [(f"split: {reason}", rows) for reason, rows in split["dropped_by_reason"].items()]
    account += [(side, part["rows"]) for side, part in split["splits"].items()]
    assert sum(rows for _, rows in account) == read, f"{read} rows read, accounted: {account}"
    return [("read", read), *((name, rows) for name, rows in account if rows)]


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


def interval(score: dict[str, float]) -> str:
    """Return `value [low, high]` of a score."""
    return f"{score['value']:.3g} [{score['low']:.3g}, {score['high']:.3g}]"


def main() -> None:
    """Run the trials and print, or write, their tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", help="run the trial of this name")
    parser.add_argument("--write", type=Path, help="Markdown file for the tables")
    args = parser.parse_args()
    results = {}
    for trial in TRIALS:
        if args.only in (None, trial.name):
            with tempfile.TemporaryDirectory() as folder:
                results[trial.name] = run(trial, args.data, Path(folder))
    text = f"{scores_table(results)}\n\n{accounts_table(results)}\n"
    print(text)
    for name, result in results.items():
        print(f"{name}: {result['verdict']} after {result['seconds']:.0f} s")
    if args.write:
        args.write.parent.mkdir(parents=True, exist_ok=True)
        args.write.write_text(f"# Real input\n\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
