"""Stage predict: one model, the frozen rows, one table."""

import shutil
from pathlib import Path

import pytest

from tests.stage_runs import run_here
from tests.tiny import chat_row, label_row
from tunesmith.errors import UserError
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.prediction.params import PredictParams
from tunesmith.prediction.run import predict
from tunesmith.prediction_table import COLUMNS
from tunesmith.rows import to_frame, write_rows

PARAMS = PredictParams(batch_size=4, max_new_tokens=5)


@pytest.fixture
def base(tiny_base: Path, tmp_path: Path) -> Path:
    resolve(BaseParams(model=str(tiny_base))).write(tmp_path / "base")
    return tmp_path / "base"


def test_every_row_gets_an_answer_and_a_probability_in_order(base: Path) -> None:
    rows = [chat_row(i, "问" * (i + 1), "答") for i in range(6)]
    table = predict(base, rows, PARAMS, seed=0).table
    assert tuple(table.columns) == COLUMNS
    assert list(table["id"]) == [row["id"] for row in rows]
    assert (table["logprob"] < 0).all()
    assert (table["generated_tokens"] <= 5).all()


def test_the_same_model_and_rows_give_the_same_table(base: Path) -> None:
    rows = [chat_row(i, "q" * i, "a") for i in range(5)]
    assert predict(base, rows, PARAMS, 0).table.equals(predict(base, rows, PARAMS, 0).table)


def test_a_base_model_without_a_head_guesses_the_same_way_each_time(
    tiny_encoder: Path, tmp_path: Path
) -> None:
    resolve(BaseParams(model=str(tiny_encoder))).write(tmp_path / "base")
    rows = [label_row(i, "x" * (i + 1), "ny"[i % 2]) for i in range(6)]
    one, two = (predict(tmp_path / "base", rows, PARAMS, 0).table for _ in range(2))
    assert one.equals(two)
    assert set(one["prediction"]) <= {"n", "y"}
    assert one["logprob"].isna().all()


def test_texts_that_are_cut_are_counted_by_set(base: Path, tmp_path: Path) -> None:
    rows = [chat_row(i, "q" * (50 * i + 1), "a") for i in range(3)]
    rows = [{**row, "split": "test" if i < 2 else "ood:long"} for i, row in enumerate(rows)]
    write_rows(tmp_path / "rows.parquet", to_frame(rows))
    (tmp_path / "params.yaml").write_text("seed: 0\npredict: {max_new_tokens: 5, max_length: 20}\n")
    words = (
        "--name base --model base --rows rows.parquet --predictions p.parquet --efficiency e.json"
    )
    told = run_here(tmp_path, "predict", words).stdout.splitlines()
    cut = "cut at predict.max_length = 20 tokens: 1 of ood:long, 1 of test"
    assert told[1:] == [f"predict@base: {cut}"]


def test_no_rows_to_predict_is_an_error(base: Path) -> None:
    with pytest.raises(UserError, match="no test rows"):
        predict(base, [], PARAMS, 0)


def test_the_champion_that_is_still_the_base_takes_its_predictions(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "rows.parquet", to_frame([chat_row(i, "q" * i, "a") for i in range(5)]))
    (tmp_path / "params.yaml").write_text("seed: 0\npredict: {max_new_tokens: 5}\n")
    shutil.copytree(base, tmp_path / "champion")
    words = (
        "--name {0} --model {0} --rows rows.parquet --predictions {0}.parquet --efficiency {0}.json"
    )
    assert "5 rows in" in run_here(tmp_path, "predict", words.format("base")).stdout
    assert "5 rows in" in run_here(tmp_path, "predict", words.format("base")).stdout
    monkeypatch.setattr("stages.predict.predict", None)
    told = run_here(tmp_path, "predict", words.format("champion")).stdout
    assert told == (
        "predict@champion: the model is that of predict@base, and so are the predictions\n"
    )
    for kind in ("parquet", "json"):
        one, two = (tmp_path / f"{name}.{kind}" for name in ("base", "champion"))
        assert one.read_bytes() == two.read_bytes()
