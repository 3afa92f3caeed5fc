"""Pairs from errors and from a judge: what is preferred, what is left out and why, lineage."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.evaluation import write_predictions
from tests.plain_rows import plain_chat
from tests.tiny import tiny_tokenizer
from tunesmith.cli.pairs import errors
from tunesmith.endpoints.replies import Replies
from tunesmith.importers.records import Hints, import_records
from tunesmith.judge.params import Judge
from tunesmith.judge.request import request_of
from tunesmith.pairs.asked import Answer
from tunesmith.pairs.errors import CUT, EMPTY, RIGHT, error_pairs
from tunesmith.pairs.judged import EVEN, NO_VERDICT, judge_pairs
from tunesmith.prediction_table import COLUMNS
from tunesmith.rows import to_frame, write_rows
from tunesmith.tasks import preference

ROWS = [
    plain_chat(0, "Where is order 1?", "It is on its way.", lang="en", group="g", split="train"),
    plain_chat(1, "订单2在哪里？", "已经寄出。", lang="zh", split="validation"),
    plain_chat(2, "Where is order 3?", "It is in the post.", lang="en", split="test"),
    plain_chat(3, "Where is order 4?", "It is lost.", lang="en", split="train"),
]


def test_the_reference_is_preferred_to_a_wrong_answer() -> None:
    answers = [Answer(text, True) for text in ("no idea", "已经寄出。", "no", "It is lost!")]
    found = error_pairs(ROWS, answers, "candidate", 0.5)
    assert [(one["parent"], one["op"], one["rejected_model"]) for one in found.rows] == [
        (ROWS[0]["id"], "error", "candidate")
    ]
    (made,) = found.rows
    assert made["chosen"][0]["content"] == "It is on its way."
    assert made["rejected"][0]["content"] == "no idea"
    assert (made["lang"], made["group"]) == ("en", "g")
    assert found.left_out == {RIGHT: 2, "a row that measures (test)": 1}


def test_answers_without_text_or_end_are_no_pair() -> None:
    answers = [Answer("", True), Answer("不", False), Answer("x", True), Answer("y", False)]
    assert error_pairs(ROWS, answers, "m", 0.5).left_out == {
        "a row that measures (test)": 1,
        EMPTY: 1,
        CUT: 2,
    }


def test_a_made_pair_is_collected_with_its_lineage() -> None:
    found = error_pairs(ROWS[:1], [Answer("no idea", True)], "candidate", 0.5)
    rows = import_records([(1, dict(found.rows[0]))], "pairs.jsonl", Hints(), set()).rows
    (row,) = rows
    assert (row["task"], row["parent"], row["op"]) == ("preference", ROWS[0]["id"], "error")
    assert json.loads(row["meta"]) == {"rejected_model": "candidate", "rouge_l": 0.0}
    assert preference.encode(row, tiny_tokenizer(), 64)["input_ids"]


def judged(said: dict[tuple[str, str], str], judge: Judge) -> Replies:
    """Return what the judge replied to answers of the first row in an order."""
    replies = Replies()
    question = "Where is order 1?"
    for (first, second), letter in said.items():
        messages = request_of(question, first, second, False, judge.criteria)
        replies.add(judge.body(messages, 0), letter)
    return replies


@pytest.mark.parametrize(
    ("letters", "chosen"),
    [(("A", "B"), "good"), (("B", "A"), "It is on its way."), (("A", "A"), None)],
)
def test_a_judge_has_to_prefer_an_answer_in_both_orders(
    letters: tuple[str, str], chosen: str | None
) -> None:
    judge = Judge(model="judge")
    reference = "It is on its way."
    orders = (("good", reference), (reference, "good"))
    replies = judged(dict(zip(orders, letters, strict=True)), judge)
    answers = (["good", "x"], [reference, "y"])
    found = judge_pairs([ROWS[0], ROWS[2]], answers, ("m", "reference"), judge, replies, 0)
    if chosen is None:
        assert found.left_out == {EVEN: 1, "a row that measures (test)": 1}
        return
    (made,) = found.rows
    assert made["chosen"][0]["content"] == chosen
    assert (made["op"], made["judge"]) == ("judge", "judge")
    assert {made["chosen_model"], made["rejected_model"]} == {"m", "reference"}
    assert NO_VERDICT not in found.left_out


def test_the_verb_writes_what_collect_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    write_rows(Path("rows.parquet"), to_frame(ROWS))
    Path("predictions").mkdir()
    texts = ["no idea", "不知道", "no", "It is lost."]
    table = pd.DataFrame({"id": [row["id"] for row in ROWS], "prediction": texts})
    table = table.assign(finished=True).reindex(columns=list(COLUMNS))
    write_predictions(Path("predictions/candidate.parquet"), table)
    errors("candidate", 0.5, Path("out.jsonl"), Path("rows.parquet"), Path("predictions"))
    lines = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    assert [line["parent"] for line in lines] == [ROWS[0]["id"], ROWS[1]["id"]]
    assert "out.jsonl: 2 pairs of 4 rows" in capsys.readouterr().out
