"""What is asked of every model, and what is not."""

import pytest

from tests.tiny import chat_row, label_row, text_row
from tunesmith.behaviour.expand import Expanded
from tunesmith.errors import UserError
from tunesmith.exam import ExamParams
from tunesmith.exam.assemble import assemble
from tunesmith.rows import Row

PARAMS = ExamParams(ood_rows=3, retention_rows=2)


def of(name: str, *rows: Row) -> list[Row]:
    return [{**row, "split": name} for row in rows]


TEST = of("test", chat_row(0, "q", "a"), chat_row(1, "r", "b"))
FAR = of("ood:far", *(chat_row(number, f"f{number}", "c") for number in range(8)))
PROSE = of("retention:prose", *(text_row(number, f"t{number}") for number in range(5)))


def test_test_rows_come_first_and_all_of_them_are_asked() -> None:
    exam = assemble(TEST, [*FAR, *PROSE], Expanded(), PARAMS, 0, False)
    assert exam.rows[:2] == TEST
    assert exam.summary()["sets"] == {"test": 2, "ood:far": 3, "retention:prose": 2}
    assert exam.summary()["left_out"] == {}


def test_a_large_set_gives_the_same_sample_in_its_order_each_time() -> None:
    one, two = (assemble(TEST, FAR, Expanded(), PARAMS, 7, False).rows[2:] for _ in range(2))
    assert one == two
    assert [row["id"] for row in one] == sorted(row["id"] for row in one)
    other = [row["id"] for row in assemble(TEST, FAR, Expanded(), PARAMS, 8, False).rows[2:]]
    assert other != [row["id"] for row in one]


def test_a_set_that_a_classifier_cannot_answer_is_left_out_with_a_reason() -> None:
    labelled = of("test", label_row(0, "x", "y"))
    beside = [*of("ood:far", label_row(1, "z", "n")), *PROSE]
    exam = assemble(labelled, beside, Expanded(), PARAMS, 0, True)
    assert exam.summary()["sets"] == {"test": 1, "ood:far": 1}
    assert exam.left_out == {"retention:prose": "its rows are of another task than the test rows"}


def test_labelled_rows_are_no_question_for_a_model_that_answers() -> None:
    exam = assemble(TEST, of("ood:far", label_row(1, "z", "n")), Expanded(), PARAMS, 0, False)
    assert list(exam.left_out) == ["ood:far"]


@pytest.mark.parametrize("task", ["unpaired", "stepwise", "prompt"])
@pytest.mark.parametrize("name", ["test", "retention:prose"])
def test_rows_without_a_right_answer_are_refused_before_a_model_is_asked(
    task: str, name: str
) -> None:
    rows = of(name, chat_row(0, "q", "a"), {**chat_row(1, "q", "a"), "task": task})
    test, beside = (rows, []) if name == "test" else (TEST, rows)
    with pytest.raises(UserError, match=rf"1 of 2 {name} rows are of task {task}, first toy"):
        assemble(test, beside, Expanded(), PARAMS, 0, False)


def test_a_set_that_mixes_plain_text_and_questions_is_refused() -> None:
    rows = of("retention:mix", text_row(0, "t"), chat_row(1, "q", "a"))
    with pytest.raises(UserError, match=r"retention:mix rows mix plain text \(toy\.txt:1\) and"):
        assemble(TEST, rows, Expanded(), PARAMS, 0, False)


HELD = of("validation", *(chat_row(number, f"v{number}", "c") for number in range(6)))


def test_validation_rows_are_asked_after_the_test_rows_in_a_sample_that_repeats() -> None:
    params = ExamParams(validation_rows=4)
    one, two = (assemble(TEST, FAR, Expanded(), params, 3, False, HELD) for _ in range(2))
    assert one.rows == two.rows
    assert one.rows[:2] == TEST
    assert {row["split"] for row in one.rows[2:6]} == {"validation"}
    assert one.summary()["sets"] == {"ood:far": 8, "test": 2, "validation": 4}


@pytest.mark.parametrize("task", ["unpaired", "classification", "text"])
def test_validation_rows_that_are_scored_otherwise_are_not_asked_and_it_is_said(task: str) -> None:
    other = {**HELD[0], "task": task}
    exam = assemble(TEST, [], Expanded(), ExamParams(), 0, False, [other, *HELD[1:]])
    assert exam.summary()["sets"] == {"test": 2, "validation": 5}
    assert list(exam.left_out) == ["validation (1 of 6 rows)"]
    none = assemble(TEST, [], Expanded(), ExamParams(), 0, False, [other])
    assert none.left_out == {"validation": "of another task than the test rows"}


def test_a_preference_is_scored_as_an_answer_is() -> None:
    pair = {**HELD[0], "task": "preference"}
    assert assemble(TEST, [], Expanded(), ExamParams(), 0, False, [pair]).rows[2:] == [pair]
