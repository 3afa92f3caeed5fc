"""Stage evaluate: predictions of three models to scores, comparisons and row scores."""

import json
from pathlib import Path

import pandas as pd
import pytest

from stages.evaluate import evaluate, main
from tests.evaluation import label_rows, predictions, shop_rows, write_inputs
from tunesmith.errors import UserError
from tunesmith.metrics.params import EvaluateParams
from tunesmith.metrics.tables import MODELS

METRICS = ["exact_match", "rouge_l", "bleu", "chrf", "token_f1", "logprob", "length_ratio"]
SETTINGS = EvaluateParams(metrics=METRICS, slices=("lang", "meta.topic"), resamples=200)
INPUTS = "--rows test.parquet --base base.parquet --candidate candidate.parquet"
FILES = (
    "--metrics metrics.json --scores scores.csv --comparisons comparisons.json --behaviour b.json"
)
REST = "--recorded judge --replies replies.jsonl"
ARGUMENTS = f"{INPUTS} --champion champion.parquet {FILES} --per-row per_row.parquet {REST}"
OUTPUTS = ("metrics.json", "scores.csv", "comparisons.json", "b.json", "per_row.parquet")


def shop_predictions(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    rights = {"base": 0.1, "candidate": 0.8, "champion": 0.4}
    return {name: predictions(rows, rights[name], seed) for seed, name in enumerate(MODELS)}


def run_main(
    folder: Path, monkeypatch: pytest.MonkeyPatch, metrics: str = "exact_match, bleu"
) -> None:
    params = f"seed: 0\nevaluate:\n  metrics: [{metrics}]\n  slices: [lang]\n  resamples: 200\n"
    (folder / "params.yaml").write_text(params)
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.argv", ["evaluate", *ARGUMENTS.split()])
    main()


def test_a_better_model_is_better_in_every_score_and_slice() -> None:
    rows = shop_rows()
    result = evaluate(rows, shop_predictions(rows), SETTINGS, seed=0)
    for metric in ("exact_match", "rouge_l", "bleu", "chrf", "token_f1", "logprob"):
        base, candidate = (result.metrics[model][metric] for model in ("base", "candidate"))
        assert base["high"] < candidate["low"]
        against = result.comparisons["against"]["base"]
        assert against["overall"][metric]["low"] > 0
        assert against["overall"][metric]["p"] < 0.02
        assert against["slices"]["lang"]["zh"][metric]["low"] > 0
        assert against["slices"]["lang"]["zh"][metric]["n"] == 40


def test_every_score_has_an_interval_and_the_long_table_holds_all_of_them() -> None:
    rows = shop_rows()
    result = evaluate(rows, shop_predictions(rows), SETTINGS, seed=0)
    assert len(result.scores) == 3 * len(METRICS) * 5  # overall, two languages, two topics
    assert (result.scores["low"] <= result.scores["value"]).all()
    assert (result.scores["value"] <= result.scores["high"]).all()
    zh = result.scores.query("model == 'base' and slice == 'lang=zh' and metric == 'bleu'")
    assert zh["value"].item() == result.metrics["slices"]["lang"]["zh"]["base"]["bleu"]
    assert "tok:zh" in result.metrics["about"]["bleu"]["signature"]


def test_row_scores_keep_the_answers_and_average_to_the_score() -> None:
    rows = shop_rows()
    result = evaluate(rows, shop_predictions(rows), SETTINGS, seed=0)
    own = result.per_row.query("model == 'candidate'")
    assert list(own["id"]) == list(rows["id"])
    assert own["rouge_l"].mean() == pytest.approx(result.metrics["candidate"]["rouge_l"]["value"])


def test_a_slice_s_numbers_do_not_depend_on_the_other_slices() -> None:
    rows = shop_rows()
    alone = EvaluateParams(metrics=METRICS, slices=("lang",), resamples=200)
    table = shop_predictions(rows)
    many, one = (evaluate(rows, table, settings, 0) for settings in (SETTINGS, alone))
    merged = many.scores.merge(one.scores, on=["model", "slice", "metric"])
    assert len(merged) == 3 * len(METRICS) * 3
    assert (merged["low_x"] == merged["low_y"]).all()


def test_a_classification_is_scored_by_label() -> None:
    rows = label_rows()
    settings = EvaluateParams(
        metrics=["accuracy", "macro_f1", "ece"], slices=("label",), resamples=200
    )
    result = evaluate(rows, shop_predictions(rows), settings, seed=0)
    accuracy = result.metrics["candidate"]["accuracy"]["value"]
    assert accuracy > result.metrics["base"]["accuracy"]["value"]
    assert "macro_f1" not in result.per_row
    assert set(result.metrics["slices"]["label"]) == {"hours", "order", "refund"}


def test_what_the_candidate_was_not_trained_on_is_out_of_scope_for_the_base_too() -> None:
    rows = label_rows()  # a base has a head for every label of the test rows, "hours" too
    knows = {"base": ["hours", "order", "refund"], "candidate": ["order", "refund"]}
    given = {
        name: part.assign(scores=json.dumps(dict.fromkeys(knows.get(name, knows["base"]), 0.3)))
        for name, part in shop_predictions(rows).items()
    }
    settings = EvaluateParams(metrics=["accuracy", "oos_auroc"], resamples=200)
    result = evaluate(rows, given, settings, seed=0)
    assert [result.metrics[name]["oos_auroc"]["value"] for name in MODELS] == [0.5] * 3


def test_a_metric_of_the_other_task_is_refused() -> None:
    rows = label_rows()
    with pytest.raises(UserError, match='"bleu" does not apply to classification'):
        evaluate(rows, shop_predictions(rows), EvaluateParams(metrics=["bleu"]), seed=0)


def test_a_metric_whose_numbers_were_not_predicted_is_refused() -> None:
    rows = label_rows()
    table = {name: part.assign(scores=None) for name, part in shop_predictions(rows).items()}
    with pytest.raises(UserError, match='"ece" needs the predictions\' scores'):
        evaluate(rows, table, EvaluateParams(metrics=["ece"]), seed=0)


def test_the_stage_writes_the_same_bytes_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_inputs(tmp_path)
    run_main(tmp_path, monkeypatch)
    first = {name: (tmp_path / name).read_bytes() for name in OUTPUTS}
    run_main(tmp_path, monkeypatch)
    assert first == {name: (tmp_path / name).read_bytes() for name in OUTPUTS}
    header = first["scores.csv"].split(b"\n")[0]
    assert header == b"model,set,slice,metric,value,stderr,low,high,n"
    assert set(json.loads(first["metrics.json"])["candidate"]) == {"exact_match", "bleu"}


def test_predictions_of_other_rows_stop_the_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_inputs(tmp_path)
    pd.read_parquet(tmp_path / "base.parquet").iloc[1:].to_parquet(tmp_path / "base.parquet")
    with pytest.raises(
        UserError, match=r"base\.parquet: 1 rows have no prediction, first test-000"
    ):
        run_main(tmp_path, monkeypatch)


def test_a_misspelt_metric_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_inputs(tmp_path)
    with pytest.raises(UserError, match=r'params\.yaml:3: .*no metric "rogue_l"'):
        run_main(tmp_path, monkeypatch, "rogue_l")
