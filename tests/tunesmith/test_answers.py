"""Predictions and rows belong together, or the difference is named."""

from pathlib import Path

import pandas as pd
import pytest

from tests.evaluation import label_rows, predictions, shop_rows, write_predictions
from tunesmith.answers import aligned, is_classification, read_predictions, to_answers
from tunesmith.errors import UserError


def test_predictions_in_any_order_meet_their_rows(tmp_path: Path) -> None:
    rows = shop_rows(20)
    table = predictions(rows, 1.0, 0).iloc[::-1]
    write_predictions(tmp_path / "p.parquet", table)
    answers = to_answers(rows, aligned(rows, read_predictions(tmp_path / "p.parquet"), "p"))
    assert list(answers.predictions) == list(answers.references)


def test_a_missing_prediction_is_counted_and_the_first_is_named() -> None:
    rows = shop_rows(10)
    with pytest.raises(
        UserError, match=r"base\.parquet: 2 rows have no prediction, first test-000"
    ):
        aligned(rows, predictions(rows, 1.0, 0).iloc[[1, 3, 4, 5, 6, 7, 8, 9]], "base.parquet")


def test_a_prediction_without_a_row_is_named() -> None:
    rows = shop_rows(10)
    with pytest.raises(UserError, match="1 predictions are for no test row, first test-009"):
        aligned(rows.iloc[:9], predictions(rows, 1.0, 0), "p")


def test_two_predictions_for_a_row_are_named() -> None:
    rows = shop_rows(4)
    table = predictions(rows, 1.0, 0)
    with pytest.raises(UserError, match="1 rows have more than one prediction, first test-002"):
        aligned(rows, pd.concat([table, table.iloc[[2]]]), "p")


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    write_predictions(tmp_path / "p.parquet", pd.DataFrame({"id": ["a"]}))
    with pytest.raises(UserError, match=r"p\.parquet: no column prediction, logprob"):
        read_predictions(tmp_path / "p.parquet")


def test_a_file_that_is_missing_or_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read_predictions(tmp_path / "p.parquet")
    (tmp_path / "p.parquet").write_text("id,prediction\n")
    with pytest.raises(UserError, match="not a Parquet table"):
        read_predictions(tmp_path / "p.parquet")


def test_an_empty_or_mixed_test_set_is_refused() -> None:
    with pytest.raises(UserError, match="no row"):
        is_classification(shop_rows(0))
    with pytest.raises(UserError, match="mix classification and generation"):
        is_classification(pd.concat([shop_rows(2), label_rows(2)]))


def test_a_column_with_a_gap_counts_as_unknown() -> None:
    rows = shop_rows(4)
    table = predictions(rows, 1.0, 0)
    table.loc[2, "logprob"] = None
    assert to_answers(rows, table).logprobs is None


def test_answers_hold_what_was_asked_and_how_long_the_references_are() -> None:
    rows = shop_rows(3)
    answers = to_answers(rows, predictions(rows, 1.0, 0))
    assert answers.prompts is not None and all(answers.prompts)
    assert answers.reference_bytes is not None
    assert list(answers.reference_bytes) == [len(text.encode()) for text in answers.references]
