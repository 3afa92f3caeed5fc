"""Rows that no model can be measured on."""

from pathlib import Path

import pytest

from tests.tiny import chat_row
from tunesmith.errors import UserError
from tunesmith.prediction.params import PredictParams
from tunesmith.prediction.run import predict


@pytest.mark.parametrize("task", ["unpaired", "stepwise"])
def test_test_rows_without_a_right_answer_are_refused(tmp_path: Path, task: str) -> None:
    rows = [chat_row(0, "q", "a"), {**chat_row(1, "q", "a"), "task": task, "source": "kto.jsonl:7"}]
    with pytest.raises(
        UserError, match=rf"1 of 2 test rows are of task {task}, first kto\.jsonl:7"
    ):
        predict(tmp_path, rows, PredictParams.model_construct(), seed=0)
