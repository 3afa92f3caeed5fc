"""Runs the pipeline on real data sets, from collect to report, and prints what came out.

    python -m benchmarks.real_input --data FOLDER [--only sst2] [--write docs/results/real_input.md]

FOLDER holds the public sets by name: sst2, alpaca_en, alpaca_zh, huatuo_med_zh, and
tiny_llm_stories260k/hf (a pretrained 260,032-parameter Llama). Each trial runs in a copy of what
is under version control, so this working copy stays as it is.
"""

import argparse
import json
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
            "clean.steps[2].max_chars=800",
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
            "clean.steps[2].max_chars=400",
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
    """Run one of the project's commands in a folder, its output on this screen."""
    subprocess.run([sys.executable, "-m", *words], cwd=folder, check=True)


def collect_results(folder: Path) -> dict[str, Any]:
    """Return the numbers of a run."""

    def load(name: str) -> Any:
        return json.loads((folder / name).read_text(encoding="utf-8"))

    curve = next((folder / "reports" / "curves").glob("*.csv"))
    losses = pd.read_csv(curve).query("split == 'validation'")["loss"]
    return {
        "collected": load("reports/data/manifest.json"),
        "clean": load("reports/data/clean.json"),
        "split": load("reports/data/split.json"),
        "metrics": load("reports/metrics.json"),
        "verdict": load("reports/gate.json")["verdict"],
        "first_loss": float(losses.iloc[0]),
        "last_loss": float(losses.iloc[-1]),
    }


def table(results: dict[str, dict[str, Any]]) -> str:
    """Return one Markdown table over all trials."""
    lines = [
        "| data | rows in | kept | validation loss | metric | base | tuned | verdict |",
        "|---|--:|--:|---|---|---|---|---|",
    ]
    for name, result in results.items():
        clean, first = result["clean"], True
        loss = f"{result['first_loss']:.2f} → {result['last_loss']:.2f}"
        for metric, tuned in result["metrics"]["candidate"].items():
            base = result["metrics"]["base"][metric]
            head = [name, clean["rows_in"], clean["kept"], loss] if first else ["", "", "", ""]
            tail = [metric, interval(base), interval(tuned), result["verdict"] if first else ""]
            lines.append("| " + " | ".join(str(cell) for cell in [*head, *tail]) + " |")
            first = False
    return "\n".join(lines)


def interval(score: dict[str, float]) -> str:
    """Return `value [low, high]` of a score."""
    return f"{score['value']:.3f} [{score['low']:.3f}, {score['high']:.3f}]"


def main() -> None:
    """Run the trials and print, or write, their table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", help="run the trial of this name")
    parser.add_argument("--write", type=Path, help="Markdown file for the table")
    args = parser.parse_args()
    results = {}
    for trial in TRIALS:
        if args.only in (None, trial.name):
            with tempfile.TemporaryDirectory() as folder:
                results[trial.name] = run(trial, args.data, Path(folder))
    text = table(results)
    print(text)
    if args.write:
        args.write.parent.mkdir(parents=True, exist_ok=True)
        args.write.write_text(f"# Real input\n\n{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
