"""Stage analyze: where the candidate fails, and what to do."""

import json
from pathlib import Path

import pandas as pd
import pytest

from stages.analyze import analyze, main
from tests.evaluation import label_rows, predictions, shop_rows, write_inputs
from tunesmith.analysis import AnalyzeParams
from tunesmith.analysis.find import direction
from tunesmith.errors import UserError
from tunesmith.evaluation.run import evaluate
from tunesmith.metrics.params import EvaluateParams
from tunesmith.rows import to_frame

OUTPUTS = ("findings.json", "slices.csv", "hardest.jsonl")
SETTINGS = AnalyzeParams(metric="rouge_l", slices=("lang", "meta.topic"))


def row_scores(rows: pd.DataFrame, metrics: list[str], bad_topic: str = "") -> pd.DataFrame:
    answers = {
        "base": predictions(rows, 0.1, 0),
        "candidate": predictions(rows, 0.9, 1, bad_topic),
        "champion": predictions(rows, 0.4, 2),
    }
    settings = EvaluateParams(metrics=metrics, resamples=100)
    return evaluate(rows, answers, settings, seed=0).per_row


def test_the_planted_topic_is_found_and_acted_on() -> None:
    rows = shop_rows()
    scores = row_scores(rows, ["rouge_l"], "refund")
    result = analyze(rows, shop_rows(120, "train"), scores, SETTINGS, seed=0)
    [weak] = result.findings["slices"]
    assert (weak["slice"], weak["value"]) == ("meta.topic", "refund")
    assert weak["action"] in result.findings["actions"]
    assert result.findings["wrong"] == sum(k["count"] for k in result.findings["error_types"])
    assert result.findings["confusions"] == []


def test_a_classification_shows_confusions_instead_of_kinds() -> None:
    rows = label_rows()
    settings = AnalyzeParams(metric="accuracy", slices=("label",))
    scores = row_scores(rows, ["accuracy", "macro_f1"])
    result = analyze(rows, to_frame([]), scores, settings, seed=0)
    assert result.findings["task"] == "classification"
    assert result.findings["confusions"]
    assert result.findings["error_types"] == []


def test_a_perfect_model_has_nothing_to_mend() -> None:
    rows = shop_rows()
    scores = row_scores(rows, ["rouge_l"])
    right = {row["id"]: row["completion"][0]["content"] for row in rows.to_dict("records")}
    scores["prediction"] = scores["id"].map(right)
    scores["rouge_l"] = 1.0
    result = analyze(rows, shop_rows(40, "train"), scores, SETTINGS, seed=0)
    assert result.findings["wrong"] == 0
    assert result.findings["actions"] == []
    assert result.hardest == []


@pytest.mark.parametrize("name", ["length_ratio", "rogue", "macro_f1", "logprob"])
def test_a_metric_that_ranks_no_rows_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=f'"{name}" ranks no rows; these do: exact_match'):
        direction(name)


def test_metrics_of_which_less_is_better_rank_rows_too() -> None:
    assert (direction("perplexity"), direction("chrf")) == (-1, 1)
    with pytest.raises(UserError, match=r"these do: .*\bperplexity\b"):
        direction("logprob")


def test_the_stage_writes_the_same_bytes_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_inputs(tmp_path)
    row_scores(shop_rows(), ["rouge_l"], "refund").to_parquet(tmp_path / "per_row.parquet")
    text = "seed: 0\nanalyze:\n  metric: rouge_l\n  slices: [lang, meta.topic, length]\n"
    (tmp_path / "params.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    inputs = "--rows test.parquet --train train.parquet --candidate candidate.parquet"
    outputs = "--findings findings.json --slices slices.csv --hardest hardest.jsonl"
    arguments = f"{inputs} --per-row per_row.parquet {outputs}"
    monkeypatch.setattr("sys.argv", ["analyze", *arguments.split()])
    main()
    first = {name: (tmp_path / name).read_bytes() for name in OUTPUTS}
    main()
    assert first == {name: (tmp_path / name).read_bytes() for name in OUTPUTS}
    line = json.loads(first["hardest.jsonl"].split(b"\n")[0])
    assert {"prompt", "reference", "candidate", "base", "error"} <= set(line)
    assert first["slices.csv"].startswith(b"slice,value,n,mean,rest_mean,shortfall,low,high,p,q,")
