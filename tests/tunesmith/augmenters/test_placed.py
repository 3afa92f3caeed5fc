"""Rows of feedback that take the place of train rows, and those that weigh more than one."""

from typing import Any

import pytest

from tests.plain_rows import plain_chat, plain_label
from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.augment import Augmented, augment_rows
from tunesmith.augmenters.feedback import Round
from tunesmith.augmenters.feedback_row import checked_row
from tunesmith.rows import Row, reference_of

TRAIN = [
    plain_label(1, "give me my money back", "hours", split="train"),
    plain_label(2, "请把钱退给我", "hours", split="train", lang="zh"),
    plain_label(3, "are you open on Sunday", "hours", split="train"),
]


def fixed(old: Row, label: str, **more: Any) -> dict[str, Any]:
    given = {"task": "classification", "text": old["text"], "label": label, "lang": old["lang"]}
    return {**given, "replaces": old["id"], **more}


def round_of(number: int, *lines: dict[str, Any]) -> Round:
    name = f"{number:03d}"
    rows = [
        checked_row(line, f"{name}:{place}", f"{name}:{place}", f"feedback:{name}")
        for place, line in enumerate(lines, start=1)
    ]
    return Round(name, name, rows)


def augmented(*rounds: Round, train: list[Row] = TRAIN, **dials: Any) -> Augmented:
    params = AugmentParams.model_validate({"steps": [], **dials})
    return augment_rows(train, [], list(rounds), params, 0)


def test_a_row_takes_the_place_of_the_one_that_it_replaces_in_either_language() -> None:
    fixes = round_of(1, *(fixed(row, "refund") for row in TRAIN[:2]))
    result = augmented(fixes)
    assert [reference_of(row) for row in result.rows] == ["refund", "refund", "hours"]
    assert [row["op"] for row in result.rows] == ["feedback:001", "feedback:001", None]
    assert [(one.row["id"], one.reason, one.detail) for one in result.left_out] == [
        ("row-1", "replaced", "001:1"),
        ("row-2", "replaced", "001:2"),
    ]
    counts = {"original": 1, "made": 0, "feedback": 2, "total": 3}
    assert result.summary["rows"] == counts
    assert result.summary["feedback_replaced"] == 2
    assert not {"replaces", "weight", "proposal"} & {key for row in result.rows for key in row}


def test_a_row_that_replaces_what_is_not_there_is_refused_by_name_and_no_error() -> None:
    result = augmented(round_of(1, fixed({**TRAIN[0], "id": "gone"}, "refund")))
    [refused] = result.summary["feedback_refused"]
    assert (refused["reason"], refused["other"]) == ("replaces_nothing", "gone")
    assert result.rows == TRAIN


def test_a_later_round_replaces_the_row_of_an_earlier_one() -> None:
    first = round_of(1, fixed(TRAIN[0], "refund", weight=3))
    second = round_of(2, fixed({**TRAIN[0], "id": first.rows[0]["id"]}, "money"))
    result = augmented(first, second)
    assert [row["label"] for row in result.rows] == ["money", "hours", "hours"]
    assert [one.row["label"] for one in result.left_out] == ["hours", "refund"]


def test_what_replaces_a_row_that_was_replaced_already_replaces_nothing() -> None:
    fix = fixed(TRAIN[0], "refund")
    result = augmented(round_of(1, fix), round_of(2, {**fix, "label": "money"}))
    assert [one["reason"] for one in result.summary["feedback_refused"]] == ["replaces_nothing"]


def test_a_row_is_there_as_often_as_its_weight_says() -> None:
    line = {"task": "classification", "text": "money, please", "label": "refund", "weight": 3}
    result = augmented(round_of(1, line, fixed(TRAIN[0], "hours", weight=2)))
    again = [row for row in result.rows if row["op"] == "weight"]
    assert [row["text"] for row in again] == [TRAIN[0]["text"], "money, please", "money, please"]
    assert {row["parent"] for row in again} <= {row["id"] for row in result.rows}
    assert len({row["id"] for row in result.rows}) == len(result.rows) == 3 + 1 + 3
    assert result.summary["rows"]["weighted"] == 3
    assert result.summary["rows"]["total"] == 7


def test_weight_and_balance_together_give_every_row_an_id_of_its_own() -> None:
    balance = {"how": "over", "by": "label", "most_repeats": 9}
    line = {"task": "classification", "text": "money, please", "label": "refund", "weight": 2}
    result = augmented(round_of(1, line), train=[*TRAIN], balance=balance)
    assert len({row["id"] for row in result.rows}) == len(result.rows) == 6


def test_augmenters_make_rows_of_the_row_that_took_the_place() -> None:
    train = [plain_chat(1, "Please help me soon, the big parcel arrived broken.", "No.")]
    line = {
        "task": "chat",
        "prompt": train[0]["prompt"],
        "completion": [{"role": "assistant", "content": "Yes."}],
        "replaces": "row-1",
        "weight": 2,
    }
    steps = [{"kind": "synonym", "share": 1}]
    result = augmented(round_of(1, line), train=train, steps=steps)
    assert [row["op"] for row in result.rows] == ["feedback:001", "synonym", "weight"]
    assert {reference_of(row) for row in result.rows} == {"Yes."}


def test_a_row_may_name_where_it_was_proposed_and_that_is_not_kept() -> None:
    line = {**fixed(TRAIN[0], "refund"), "proposal": {"id": "0" * 16, "slice": "lang=en"}}
    assert "proposal" not in round_of(1, line).rows[0]


@pytest.mark.parametrize("key", ["weight", "replaces"])
def test_a_row_that_says_nothing_beside_its_columns_has_none_of_their_keys(key: str) -> None:
    line = {"task": "classification", "text": "a", "label": "b", key: None}
    assert key not in round_of(1, line).rows[0]
