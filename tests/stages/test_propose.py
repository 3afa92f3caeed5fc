"""Stage propose: rows for slices that are weak on the validation rows, and none that leaks."""

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pandas as pd
import pytest

from tests.evaluation import predictions, shop_rows
from tests.stage_runs import run_here
from tunesmith.evaluation.run import evaluate
from tunesmith.metrics.params import EvaluateParams
from tunesmith.rows import to_frame, write_rows

PARAMS = """seed: 0
propose:
  metric: rouge_l
  slices: [lang, meta.topic]
  rows: 12
  makers: [{kind: grow}]
"""
LATER = {"order ": "order 9", "订单": "订单9", "要退款": "现在要申请退款，请问能否尽快"}
WORDS = (
    "--validation validation.parquet --test test.parquet --ood ood.parquet --train train.parquet "
    "--per-row per_row.parquet --feedback feedback --pool pool --written written "
    "--material material --proposals proposals.jsonl --replies replies.jsonl "
    "--summary proposals.json"
)


def row_scores(bad_topic: str = "refund", count: int = 80) -> pd.DataFrame:
    """Return row scores of test and validation rows; the validation rows' bad topic is wrong."""
    test, validation = shop_rows(60), shop_rows(count, "validation")
    rows = pd.concat([test, validation], ignore_index=True)
    answers = {
        name: pd.concat(
            [predictions(test, right, seed), predictions(validation, right, seed, bad)],
            ignore_index=True,
        )
        for seed, (name, right, bad) in enumerate(
            [("base", 0.1, ""), ("candidate", 0.95, bad_topic), ("champion", 0.4, "")]
        )
    }
    settings = EvaluateParams(metrics=["rouge_l"], resamples=100)
    return evaluate(rows, answers, settings, seed=0).per_row


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for side, count in (("test", 60), ("validation", 80)):
        write_rows(tmp_path / f"{side}.parquet", shop_rows(count, side))
    train = shop_rows(120, "train")
    for [turn] in train["prompt"]:
        for old, new in LATER.items():
            turn["content"] = turn["content"].replace(old, new)
    write_rows(tmp_path / "train.parquet", train)
    write_rows(tmp_path / "ood.parquet", to_frame([]))
    for name in ("feedback", "pool", "written", "material"):
        (tmp_path / name).mkdir()
    row_scores().to_parquet(tmp_path / "per_row.parquet")
    return tmp_path


def run(folder: Path, params: str = PARAMS) -> "CompletedProcess[str]":
    (folder / "params.yaml").write_text(params, encoding="utf-8")
    return run_here(folder, "propose", WORDS)


def lines(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "proposals.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def report(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "proposals.json").read_text(encoding="utf-8"))


def test_the_weak_topic_of_the_validation_rows_is_grown_in_both_languages(folder: Path) -> None:
    done = run(folder)
    assert done.returncode == 0, done.stderr
    found = lines(folder)
    assert {one["proposal"]["slice"] for one in found} == {"meta.topic=refund"}
    assert {one["lang"] for one in found} == {"en", "zh"}
    assert len(found) == 12
    for one in found:
        assert one["parent"].startswith("train-")
        assert one["meta"]["topic"] == "refund"
        assert one["meta"]["made"]["op"] in ("synonym", "eda")
        assert one["proposal"]["maker"] == "grow"
        assert one["proposal"]["needs"] is None
    [weak] = report(folder)["slices"]
    assert (weak["name"], weak["quota"], weak["proposed"]) == ("meta.topic=refund", 12, 12)
    assert 0 < weak["low"] < weak["shortfall"] < weak["high"]
    assert report(folder)["why_none"] is None


def test_the_same_seed_gives_the_same_bytes(folder: Path) -> None:
    names = ("proposals.jsonl", "proposals.json", "replies.jsonl")
    assert run(folder).returncode == 0
    first = [(folder / name).read_bytes() for name in names]
    assert run(folder).returncode == 0
    assert first == [(folder / name).read_bytes() for name in names]
