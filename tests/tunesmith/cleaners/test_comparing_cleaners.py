"""The cleaners that compare rows with each other."""

import numpy as np
import pytest

from tests.tunesmith.cleaners.rows_for_tests import chat, cleaned, done, kept_lines, labelled
from tunesmith.cleaners.decontaminate import Decontaminate
from tunesmith.cleaners.exact_duplicates import ExactDuplicates
from tunesmith.cleaners.label_noise import LabelNoise
from tunesmith.cleaners.near_duplicates import NearDuplicates
from tunesmith.errors import UserError

ANSWER = "Order {} with the blue kettle has left our warehouse."
COMPARING = [ExactDuplicates(), NearDuplicates()]


def test_the_first_of_equal_rows_stays() -> None:
    rows = [
        chat("Where is it?", "Here."),
        chat("where is it", "Here!"),
        chat("Where is it?", "There."),
    ]
    result = cleaned(ExactDuplicates(), *rows)
    assert kept_lines(result) == [1, 3]
    assert result.decisions[0]["partner"] == result.kept["id"][0]


def test_one_text_with_two_labels_is_flagged_and_stays() -> None:
    rows = [labelled("好看", "good"), labelled("好看！", "bad"), labelled("好看", "good")]
    result = cleaned(ExactDuplicates(), *rows)
    assert kept_lines(result) == [1, 2]
    assert done(result) == [
        ("flag", "same text, another label"),
        ("drop", "repeats an earlier row"),
    ]


def test_signs_of_arithmetic_make_another_question() -> None:
    rows = [chat("3-5", "-2"), chat("3+5", "8"), chat("35", "35")]
    assert kept_lines(cleaned(ExactDuplicates(), *rows)) == [1, 2, 3]


def test_small_edits_are_near_duplicates() -> None:
    rows = [
        chat("Where is my order 4821 with the blue kettle?", ANSWER.format(4821)),
        chat("Hello, where is my order 4821 with the blue kettle?", ANSWER.format(4821)),
        chat("福州店星期二营业吗？", "福州店星期二的营业时间是10点到21点。"),
        chat("您好，福州店星期二营业吗？", "福州店星期二的营业时间是10点到21点。"),
    ]
    assert kept_lines(cleaned(NearDuplicates(), *rows)) == [1, 3]


def test_rows_of_one_template_stay() -> None:
    rows = [
        chat(f"Where is my order {n} with the blue kettle?", ANSWER.format(n)) for n in range(40)
    ]
    names = ["Anna", "Ben", "Carla"]
    rows += [chat(f"Please cancel order 4821 for {name}", f"Cancelled, {name}.") for name in names]
    rows += [
        chat(f"{town}店星期二营业吗？", f"{town}店营业。") for town in ("福州", "杭州", "北京")
    ]
    assert len(cleaned(NearDuplicates(similarity=0.7), *rows).kept) == len(rows)


def test_one_answer_to_two_questions_is_no_duplicate() -> None:
    answer = "I am an assistant made by the shop to help you with orders, refunds and invoices."
    rows = [chat("Who are you?", answer), chat("Introduce yourself", answer)]
    assert kept_lines(cleaned(NearDuplicates(similarity=0.8), *rows)) == [1, 2]


def test_a_flipped_meaning_is_no_duplicate() -> None:
    rows = [
        labelled("这个水壶真的很好看，我很喜欢", "good"),
        labelled("这个水壶真的不好看，我不喜欢", "bad"),
    ]
    assert done(cleaned(NearDuplicates(similarity=0.7), *rows)) == []


def test_nearly_one_text_with_two_labels_is_flagged() -> None:
    rows = [
        labelled("When will my card be delivered?", "a"),
        labelled("When will my card be delivred?", "b"),
    ]
    assert done(cleaned(NearDuplicates(), *rows)) == [
        ("flag", "nearly the same text, another label")
    ]


def test_a_flagged_row_stays_and_its_own_copies_go() -> None:
    rows = [
        labelled("Where is the parcel that I ordered", "a"),
        labelled("Where is the parcel that I orderd", "b"),
        labelled("Where is the parcl that I orderd", "b"),
    ]
    assert kept_lines(cleaned(NearDuplicates(), *rows)) == [1, 2]


def test_a_copy_of_a_dropped_row_goes_with_it() -> None:
    first, edit = (
        "Where is my blue kettle from order 4821?",
        "Where is my blue kettel from order 4821?",
    )
    rows = [chat(text, ANSWER.format(4821)) for text in (first, edit, edit.upper())]
    result = cleaned(NearDuplicates(), *rows)
    assert kept_lines(result) == [1]
    assert {d["partner"] for d in result.decisions if d["action"] == "drop"} == {
        result.kept["id"][0]
    }


def test_the_answers_of_a_preference_are_compared_too() -> None:
    turn = [{"role": "assistant", "content": "Happy means glad, joyful or content."}]
    other = [{"role": "assistant", "content": "No idea, look it up somewhere else."}]
    row = {"task": "preference", "completion": None, "rejected": other}
    rows = [chat("Synonym?", "", **row, chosen=turn), chat("Synonym?", "", **row, chosen=other)]
    assert kept_lines(cleaned(NearDuplicates(), *rows)) == [1, 2]


@pytest.mark.parametrize("step", COMPARING, ids=lambda step: step.kind)
def test_test_rows_are_never_dropped_as_duplicates(step: ExactDuplicates | NearDuplicates) -> None:
    rows = [chat("Where is it?", "Here."), *[chat("Where is it?", "Here.", split="test")] * 3]
    assert kept_lines(cleaned(step, *rows)) == [1, 2, 3, 4]


def test_train_rows_that_repeat_a_held_out_row_go() -> None:
    rows = [
        chat("Where is my order 4821 with the kettle?", "Sent."),
        chat("Where is my order 4822 with the kettle?", "Sent."),
        chat("where is my order 4821 with the kettle", "Another answer."),
        chat("您好，订单4821到哪了？", "已发货。", split="validation"),
        chat("Where is my order 4821 with the kettle?", "Sent.", split="test"),
        chat("订单4821到哪了？", "已发货。", split="train"),
        chat("Where is my order 4821 with the kettle?", "Sent.", split="validation"),
    ]
    result = cleaned(Decontaminate(similarity=0.75), *rows)
    assert kept_lines(result) == [2, 4, 5]
    assert [reason for _, reason in done(result)] == [
        "repeats a test row",
        "repeats a test row",
        "repeats a validation row",
        "repeats a test row",
    ]


def test_another_town_is_no_leak() -> None:
    question = "What are your opening hours in {} on Monday?"
    rows = [
        chat(question.format("Newry"), "From 8."),
        chat(question.format("Bangor"), "From 8.", split="test"),
    ]
    assert kept_lines(cleaned(Decontaminate(similarity=0.8), *rows)) == [1, 2]


def test_wrong_labels_are_flagged_in_both_languages() -> None:
    rows = []
    for number in range(30):
        rows.append(chat(f"Where is my parcel {number}?", "Sent.", meta={"intent": "status"}))
        rows.append(chat(f"我要退款，订单{number}。", "好的。", meta={"intent": "refund"}))
    rows[7] = chat("我要退款，订单3。", "好的。", meta={"intent": "status"})
    result = cleaned(LabelNoise(column="meta.intent"), *rows)
    assert len(result.kept) == len(rows)
    assert [d["source"] for d in result.decisions if d["action"] == "flag"] == ["t.jsonl:8"]


def test_most_planted_wrong_labels_are_found_among_many_rows() -> None:
    rng = np.random.default_rng(0)
    words = np.array([f"word{n}" for n in range(500)])
    right = rng.integers(8, size=4_000)
    planted = rng.random(4_000) < 0.05
    given = np.where(planted, (right + rng.integers(1, 8, size=4_000)) % 8, right)
    rows = []
    for topic, label in zip(right, given, strict=True):
        own = rng.integers(topic * 10, topic * 10 + 10, size=3)  # three words tell the label
        rows.append(labelled(" ".join(words[[*own, *rng.integers(500, size=12)]]), str(label)))
    flagged = {
        int(d["source"].partition(":")[2]) - 1
        for d in cleaned(LabelNoise(), *rows).decisions
        if d["action"] == "flag"
    }
    found = sum(planted[k] for k in flagged)
    assert found / planted.sum() >= 0.9
    assert found / len(flagged) >= 0.9


def test_a_text_that_fits_two_labels_is_no_error() -> None:
    rows = [labelled(f"it is fine, number {n}", "ab"[n % 2]) for n in range(60)]
    assert done(cleaned(LabelNoise(), *rows)) == []


def test_a_label_column_that_no_row_has_is_named() -> None:
    with pytest.raises(UserError, match=r"label_noise: no row has meta\.topic"):
        cleaned(LabelNoise(column="meta.topic"), chat("Hi", "Hello"))


def test_too_few_labels_are_not_judged() -> None:
    rows = [labelled(f"text {n}", "a") for n in range(9)] + [labelled("odd", "b")]
    assert done(cleaned(LabelNoise(), *rows)) == []
