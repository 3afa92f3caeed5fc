"""A project with the paths of ours and two versions, whose stages only copy: no training."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from flows.remote import send
from flows.runner import dvc
from tests.flows.conftest import call
from tunesmith.cleaners.run import DECISIONS
from tunesmith.prediction_table import SCHEMA as PREDICTIONS
from tunesmith.rows import to_frame, write_rows

DVC_YAML = """\
stages:
  base:
    cmd: mkdir -p models/base && cp in/base.json models/base/base.json
    deps: [in/base.json]
    outs: [models/base]
  data:
    cmd: >-
      cp -r in/data . && mkdir -p reports/data && cp in/sources.json reports/data/manifest.json
    deps: [in/data, in/sources.json, data/feedback, src/code.py]
    outs:
      - data/train/train.parquet
      - data/splits/validation.parquet
      - data/splits/test.parquet
      - data/cleaned/decisions.parquet
      - data/exam/rows.parquet
    metrics: [reports/data/manifest.json: {cache: false}]
  train:
    foreach: ${phases}
    do:
      cmd: >-
        mkdir -p models/${key} && cp in/manifest.json models/${key}/
        && cat data/train/train.parquet in/noise > models/${key}/weights.txt
      deps: [data/train/train.parquet, "models/${item.from}", in/manifest.json, in/noise,
        stages/train.py]
      params: ["phases.${key}"]
      outs: ["models/${key}"]
  champion:
    cmd: >-
      python -m stages.champion
      --pointer champion.json --base models/base --champion models/champion
    deps: [champion.json, models/base]
    outs: [models/champion]
  predict:
    foreach: [candidate, champion]
    do:
      cmd: mkdir -p data/predictions && cp in/${item}.parquet data/predictions/${item}.parquet
      deps: [data/exam/rows.parquet, models/sft, "in/${item}.parquet"]
      outs: ["data/predictions/${item}.parquet"]
  gate:
    cmd: cp in/gate.json in/metrics.json reports/
    deps: [data/predictions/candidate.parquet, in/gate.json, in/metrics.json]
    metrics:
      - reports/gate.json: {cache: false}
      - reports/metrics.json: {cache: false}
"""
PARAMS = """\
seed: 0
phases:
  sft: {from: base}
models: {candidate: {of: sft}}
gate: {metric: exact_match}
evaluate: {metrics: [exact_match, rouge_l], slices: [lang], resamples: 200}
"""
BASE = {
    "model": "data/demo-base", "revision": None, "digest": "d" * 64, "files": {},
    "chat_template": None, "trust_remote_code": False,
}  # fmt: skip
MANIFEST = {
    "phase": "sft", "task": "chat", "method": {"kind": "lora", "r": 8}, "base": BASE, "labels": [],
    "parents": ["d" * 64], "data": {}, "settings": {"epochs": 2}, "template_sha256": "t" * 64,
    "code_sha256": "c" * 64, "seed": 0, "rows": {"train": 3}, "trained_tokens": 30, "metrics": {},
}  # fmt: skip


def row(one: str, source: str, **more: Any) -> dict[str, Any]:
    """Return a chat row."""
    asked = more.pop("asked", f"What is {one}?")
    return {
        "id": one, "source": source, "task": "chat", "lang": "en", "split": "train",
        "prompt": [{"role": "user", "content": asked}],
        "completion": [{"role": "assistant", "content": f"It is {one}."}], **more,
    }  # fmt: skip


FIRST = [
    row("a1", "english.jsonl:1"),
    row("c1", "中文.jsonl:1", lang="zh"),
    row("a1-made", "english.jsonl:1", parent="a1", op="eda"),
]
SECOND = [row("b1", "english.jsonl:2"), *FIRST[1:2]]
ROUND = [row("f1", "001.jsonl:1", parent="a1", op="feedback:001")]
TEST = [row(f"t{k}", f"test.jsonl:{k}", split="test", lang="zh" if k > 4 else "en")
        for k in range(1, 9)]  # fmt: skip


def predictions(rows: list[dict[str, Any]], right: int) -> pa.Table:
    """Return answers of which the first ones are right."""
    records = [
        {
            "id": one["id"], "finished": True, "truncated": False, "generated_tokens": 3,
            "prediction": f"It is {one['id']}." if k < right else "No idea.",
        }
        for k, one in enumerate(rows)
    ]  # fmt: skip
    return pa.Table.from_pylist(records, schema=PREDICTIONS)


def write_inputs(train: list[dict[str, Any]], test: list[dict[str, Any]], right: int) -> None:
    """Write what the stages copy."""
    tables = {
        "train/train": train, "splits/validation": [row("v1", "english.jsonl:9")],
        "splits/test": test, "exam/rows": test,
    }  # fmt: skip
    for name, rows in tables.items():
        write_rows(Path("in/data", f"{name}.parquet"), to_frame(rows))
    dropped = {"id": "x1", "source": "english.jsonl:3", "step": "refusals", "action": "drop"}
    twin = {"id": "a1-twin", "source": "中文.jsonl:7", "step": "exact_duplicates",
            "action": "drop", "reason": "repeats another row", "partner": "a1"}  # fmt: skip
    table = pa.Table.from_pylist([{**dropped, "reason": "refuses"}, twin], schema=DECISIONS)
    Path("in/data/cleaned").mkdir(exist_ok=True)
    pq.write_table(table, "in/data/cleaned/decisions.parquet")
    pq.write_table(predictions(test, right), "in/candidate.parquet")
    pq.write_table(predictions(test, 2), "in/champion.parquet")
    scores = {"exact_match": {"value": right / len(test), "low": 0.1, "high": 0.9, "n": len(test)}}
    write("in/metrics.json", {"candidate": scores})


def write(path: str, data: Any) -> None:
    """Write JSON."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(json.dumps(data), encoding="utf-8")


def release(version: str) -> None:
    """Run the stages, commit, and tag what came of it."""
    dvc("repro", "-q")
    send()
    call("git", "add", "-A")
    call("git", "commit", "-qm", f"Retrain {version}", "-m", f"Prefect-Run: run-of-{version}")
    tag = f"adapter@{version}"
    call("git", "tag", "-a", tag, "-m", "a gain of 0.2", "-m", "Model: models/sft")
    write("champion.json", {"model": "models/sft", "tag": tag})
    call("git", "commit", "-qam", f"Promote {tag}")


def make() -> None:
    """Make two versions: the first saw a1 and a row made from it, the second a round of it."""
    Path("dvc.yaml").write_text(DVC_YAML)
    Path("params.yaml").write_text(PARAMS)
    for name in ("src/code.py", "stages/train.py"):
        Path(name).parent.mkdir()
        Path(name).write_text("# code\n")
    Path("data/feedback").mkdir(parents=True)
    Path("data/feedback/README.md").write_text("Rounds\n")
    write("in/base.json", BASE)
    write("in/manifest.json", MANIFEST)
    write("in/gate.json", {"verdict": "SHIP", "reasons": ["better"]})
    write("in/sources.json", {"sources": [{"path": "english.jsonl", "rows": 3, "sha256": "e"}]})
    write("champion.json", {"model": None, "tag": None})
    Path("in/noise").write_text("noise\n")
    write_inputs(FIRST, TEST, right=4)
    call("git", "init", "-q", "-b", "main")
    call("dvc", "init", "-q")
    call("dvc", "remote", "add", "--default", "store", "../remote")
    release("v0.1.0")
    Path("data/feedback/001-0a1b2c3d.jsonl").write_text('{"id": "f1"}\n')
    call("dvc", "add", "-q", "data/feedback/001-0a1b2c3d.jsonl")
    call("git", "add", "-A")
    call("git", "commit", "-qm", "Promote round 1")
    call("git", "tag", "-a", "round-1", "-m", "Round 1")
    write_inputs([*SECOND, *ROUND], TEST[1:], right=6)
    release("v0.2.0")
