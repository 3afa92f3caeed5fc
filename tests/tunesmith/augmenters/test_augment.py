"""Augmenting the train rows: what is added keeps to the guards, what is there stays as it is."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.plain_rows import plain_chat, plain_label
from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.augment import Augmented, augment_rows
from tunesmith.augmenters.feedback import Round, read_rounds, round_name
from tunesmith.augmenters.guards import Band, broken_guard
from tunesmith.augmenters.question import last_question
from tunesmith.errors import UserError
from tunesmith.rows import Row

TRAIN = [
    plain_chat(i, f"Hello, the big parcel of order {i} arrived broken, please help me soon.",
               f"Order {i} is refunded.", split="train", meta=json.dumps({"intent": intent}))
    for i, intent in [(101, "refund"), (102, "refund"), (103, "stock")]
] + [
    plain_chat(104, "你好，订单104收到的时候已经损坏了，请问现在能否立即退款？",
               "订单104会退款。", split="train", lang="zh"),
]  # fmt: skip


def augment(
    rows: list[Row],
    *steps: dict[str, Any],
    held_out: list[Row] | None = None,
    rounds: list[Round] | None = None,
    seed: int = 0,
    **dials: Any,
) -> Augmented:
    params = AugmentParams.model_validate({"steps": list(steps), **dials})
    return augment_rows(rows, held_out or [], rounds or [], params, seed)


SYNONYM = {"kind": "synonym", "share": 1}
AEDA = {"kind": "aeda", "share": 1}


def test_without_steps_and_feedback_nothing_changes() -> None:
    result = augment(TRAIN)
    assert result.rows == TRAIN
    assert result.summary["rows"] == {"original": 4, "made": 0, "feedback": 0, "total": 4}


def test_a_made_row_names_its_parent_and_differs_in_the_question_only() -> None:
    result = augment(TRAIN, SYNONYM)
    assert result.rows[: len(TRAIN)] == TRAIN
    made = result.rows[len(TRAIN) :]
    assert [row["parent"] for row in made] == ["row-101", "row-102", "row-103", "row-104"]
    parents = {row["id"]: row for row in TRAIN}
    for row in made:
        parent = parents[row["parent"]]
        assert (row["op"], row["split"]) == ("synonym", "train")
        assert last_question(row) != last_question(parent)
        same = set(row) - {"id", "prompt", "parent", "op", "meta"}
        assert {key: row[key] for key in same} == {key: parent[key] for key in same}
    assert len({row["id"] for row in result.rows}) == len(result.rows)
    assert result.summary["added_by_op"] == {"synonym": {"en": 3, "zh": 1}}


def test_the_parents_stay_as_they_were() -> None:
    before = json.dumps(TRAIN)
    augment(TRAIN, SYNONYM, AEDA)
    assert json.dumps(TRAIN) == before


def test_the_same_seed_makes_the_same_rows_and_another_one_others() -> None:
    assert augment(TRAIN, AEDA).rows == augment(TRAIN, AEDA).rows
    assert augment(TRAIN, AEDA).rows != augment(TRAIN, AEDA, seed=1).rows


def test_what_becomes_of_a_row_does_not_depend_on_the_others() -> None:
    alone = augment(TRAIN[2:3], AEDA).rows[1:]
    assert alone == [row for row in augment(TRAIN, AEDA).rows if row["parent"] == "row-103"]


def test_a_step_takes_the_share_it_is_given() -> None:
    rows = [{**TRAIN[0], "id": f"row-{i}"} for i in range(300)]
    taken = augment(rows, {**AEDA, "share": 0.3}, max_similarity=1).summary["rows"]["made"]
    assert 50 < taken < 130  # 90 expected; some repeat each other and are left out


@pytest.mark.parametrize(
    ("where", "parents"),
    [
        ({"lang": "zh"}, ["row-104"]),
        ({"meta.intent": "refund"}, ["row-101", "row-102"]),
        ({"meta.intent": ["refund", "stock"], "lang": "en"}, ["row-101", "row-102", "row-103"]),
        ({"meta.intent": "nothing"}, []),
    ],
)
def test_where_selects_a_slice(where: dict[str, Any], parents: list[str]) -> None:
    made = augment(TRAIN, {**SYNONYM, "where": where}).rows[len(TRAIN) :]
    assert [row["parent"] for row in made] == parents


def test_only_the_last_question_of_a_conversation_changes() -> None:
    turns = [
        {"role": "user", "content": "Hello there"},
        {"role": "assistant", "content": "What is wrong?"},
        {"role": "user", "content": "The box arrived broken, please answer soon"},
        {"role": "assistant", "content": "We look at it."},
    ]
    row = {**TRAIN[0], "prompt": None, "completion": None, "messages": turns}
    (made,) = augment([row], SYNONYM).rows[1:]
    assert made["messages"][:2] == turns[:2]
    assert made["messages"][2]["content"] != turns[2]["content"]
    assert made["messages"][3] == turns[3]


def test_a_classification_row_changes_its_text_and_keeps_its_label() -> None:
    row = plain_label(1, "the film was awful and boring, I was tired", "bad", split="train")
    (made,) = augment([row], SYNONYM).rows[1:]
    assert made["label"] == "bad"
    assert made["text"] != row["text"]


def test_a_row_without_a_question_is_counted_not_lost() -> None:
    row = {**TRAIN[0], "task": "text", "prompt": None, "completion": None, "text": "some text"}
    assert augment([row], AEDA).summary["rejected_by_op"] == {"aeda": {"no_user_message": 1}}


def test_a_made_row_that_repeats_a_held_out_row_is_rejected() -> None:
    held = {**TRAIN[0], "id": "held", "split": "validation"}
    result = augment(TRAIN[:1], AEDA, held_out=[held], max_similarity=1)
    assert result.rows == TRAIN[:1]
    assert result.summary["rejected_by_op"] == {"aeda": {"repeats_held_out_row": 1}}


def test_a_row_that_two_steps_make_alike_is_made_once() -> None:
    row = plain_chat(1, "a huge house, the huge house", "ok", split="train")
    step = {**SYNONYM, "ratio": 1}
    result = augment([row], step, step)
    assert result.summary["rows"]["made"] == 1
    assert result.summary["rejected_by_op"] == {"synonym": {"repeats_a_row": 1}}


@pytest.mark.parametrize(
    ("made", "guard"),
    [
        (None, "nothing_to_change"),
        ("where is order 12?", "nothing_to_change"),
        ("where is it?", "too_different"),
        ("where is order 12 ?", "too_similar"),
        ("where is order 21?", "numbers_changed"),
        ("where's my order 12?", None),
    ],
)
def test_each_guard_has_a_name(made: str | None, guard: str | None) -> None:
    assert broken_guard("where is order 12?", made, Band(0.8, 0.97)) == guard


def save(folder: Path, number: int, *rows: Any) -> Path:
    """Write a round under the name that its content gives it."""
    draft = folder / "draft"
    draft.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return draft.rename(folder / round_name(number, draft))


def given(question: str = "Is it open today?", answer: str = "Yes, it is.") -> dict[str, Any]:
    return {
        "task": "chat",
        "prompt": [{"role": "user", "content": question}],
        "completion": [{"role": "assistant", "content": answer}],
    }


def test_feedback_comes_last_in_the_order_of_the_rounds(tmp_path: Path) -> None:
    save(tmp_path, 10, given("third?"))
    save(
        tmp_path,
        2,
        given("first?"),
        {**given("第二个问题在哪里？", "在这里。"), "meta": {"intent": "x"}},
    )
    for name in (".gitkeep", "README.md", "001-00000000.jsonl.dvc"):
        (tmp_path / name).write_text("")
    rounds = read_rounds(tmp_path)
    result = augment(TRAIN, SYNONYM, rounds=rounds)
    added = result.rows[-3:]
    assert [row["op"] for row in added] == ["feedback:002", "feedback:002", "feedback:010"]
    assert [last_question(row) for row in added] == ["first?", "第二个问题在哪里？", "third?"]
    assert added[1]["lang"] == "zh"
    assert added[1]["meta"] == '{"intent": "x"}'
    assert added[1]["source"] == f"{rounds[0].name}:2"
    assert {row["split"] for row in added} == {"train"}
    assert len({row["id"] for row in added}) == 3
    assert result.summary["feedback_rounds"] == {rounds[0].name: 2, rounds[1].name: 1}


def test_feedback_that_repeats_a_test_row_is_left_out_and_named(tmp_path: Path) -> None:
    save(tmp_path, 1, given("Where is order 48213 now?"), given("Something else?"))
    test = plain_chat("t", "where is order 48213 now", "Here.", split="test")
    result = augment(TRAIN, held_out=[test], rounds=read_rounds(tmp_path))
    assert result.summary["rows"]["feedback"] == 1
    (refused,) = result.summary["feedback_refused"]
    assert (refused["reason"], refused["other"]) == ("repeats_held_out_row", "toy.jsonl:t")


def test_feedback_that_is_there_already_is_added_once(tmp_path: Path) -> None:
    row = {**given(), "id": "same"}
    save(tmp_path, 1, row)
    save(tmp_path, 2, row)
    result = augment(TRAIN, rounds=read_rounds(tmp_path))
    assert result.summary["rows"]["feedback"] == 1
    assert [item["reason"] for item in result.summary["feedback_refused"]] == ["already_there"]


def test_feedback_with_the_id_of_another_row_is_an_error(tmp_path: Path) -> None:
    save(tmp_path, 1, {**given(), "id": "row-101"})
    with pytest.raises(UserError, match=r":1: its id row-101 is that of toy\.jsonl:101"):
        augment(TRAIN, rounds=read_rounds(tmp_path))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["no"], "not a JSON object"),
        ({**given(), "intent": "x"}, "unknown intent; known: id, task"),
        ({**given(), "task": "talk"}, "task 'talk'; known: chat, classification"),
        (
            {"task": "chat", "prompt": given()["prompt"]},
            ".*needs prompt \\+ completion or messages",
        ),
        ({**given(), "prompt": [{"role": "user"}]}, "prompt: a list of messages"),
        ({**given(), "prompt": []}, "prompt: a list of messages"),
        ({**given(), "completion": [{"role": "bot", "content": "x"}]}, "completion: a list"),
        ({**given(), "split": "test"}, ".*feedback rows are train rows"),
        ({**given(), "label": 3}, "label: a text, not 3"),
        ({**given(), "wait": 2}, "unknown wait; known: id, task"),
        ({**given(), "weight": 0}, "weight: a whole number from 1 to 20, not 0"),
        ({**given(), "weight": 1.5}, "weight: a whole number from 1 to 20, not 1.5"),
        ({**given(), "replaces": 7}, "replaces: the id of a train row, not 7"),
        ({**given(), "meta": "[1]"}, "meta: a JSON object"),
    ],
)
def test_a_bad_feedback_row_is_named_with_file_and_line(
    row: Any, reason: str, tmp_path: Path
) -> None:
    save(tmp_path, 1, given(), row)
    with pytest.raises(UserError, match=rf"001-[0-9a-f]{{8}}\.jsonl:2: {reason}"):
        read_rounds(tmp_path)


def test_a_column_of_an_older_version_may_be_empty(tmp_path: Path) -> None:
    save(tmp_path, 1, {**given(), "weight": None})
    assert "weight" not in read_rounds(tmp_path)[0].rows[0]


def test_a_line_that_is_no_json_is_named(tmp_path: Path) -> None:
    draft = tmp_path / "draft"
    draft.write_text("{}x\n")
    draft.rename(tmp_path / round_name(1, draft))
    with pytest.raises(UserError, match=r"jsonl:1: not JSON: Extra data at column 3"):
        read_rounds(tmp_path)


def test_a_round_that_was_edited_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path, 1, given())
    path.write_text(path.read_text() + "\n")
    with pytest.raises(UserError, match="content has changed since it was promoted"):
        read_rounds(tmp_path)


def test_a_file_of_another_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "new.jsonl").write_text("")
    with pytest.raises(UserError, match=r"new\.jsonl: a round is named 001-"):
        read_rounds(tmp_path)


def test_two_rounds_of_one_number_are_refused(tmp_path: Path) -> None:
    save(tmp_path, 1, given("a?"))
    save(tmp_path, 1, given("b?"))
    with pytest.raises(UserError, match="two rounds 001"):
        read_rounds(tmp_path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such folder; an empty one will do"):
        read_rounds(tmp_path / "none")
