"""Leaks: the same question is found however it is dressed, another question is not."""

import pytest

from tests.plain_rows import plain_chat, plain_label
from tunesmith.text.leaks import leaks

HELD = plain_chat("t", "Where is my order 48213 with the blue lamp?", "Order 48213 is on its way.")


def found(question: str, answer: str = "Order 48213 is on its way.") -> bool:
    return bool(leaks([plain_chat(1, question, answer)], [HELD], 0.9))


@pytest.mark.parametrize(
    "question",
    [
        "Where is my order 48213 with the blue lamp?",
        "where is my order 48213, with the BLUE lamp",
        "Where is my order 48213 with the blue lamp, please?",
        "Where is my ordre 48213 with the blue lamp?",
    ],
)
def test_the_same_question_is_a_leak(question: str) -> None:
    assert found(question)


def test_the_same_question_with_another_answer_is_a_leak() -> None:
    assert found("Where is my order 48213 with the blue lamp?", "We cannot say.")


def test_another_number_is_another_question() -> None:
    assert not found("Where is my order 48214 with the blue lamp?", "Order 48214 is on its way.")


def test_another_name_is_another_question() -> None:
    held = plain_chat("t", "At what time does the store in Wells open on Friday?", "At ten.")
    left = [plain_chat(1, "At what time does the store in Leeds open on Friday?", "At ten.")]
    assert not leaks(left, [held], 0.9)


def test_a_long_set_answer_does_not_make_two_questions_one() -> None:
    answer = "Please write to the desk, where a colleague looks at every case by hand. " * 5
    held = plain_chat("t", "Can I return a hat?", answer)
    assert not leaks([plain_chat(1, "Is gold dear?", answer)], [held], 0.9)


def test_chinese_is_compared_like_english() -> None:
    held = plain_chat("t", "请问订单48213的蓝色台灯到哪里了，什么时候能送到？", "在路上。")
    near = plain_chat(1, "请问，订单48213的蓝色台灯到哪里了？什么时候能送到呢？", "在路上。")
    other = plain_chat(2, "请问，订单48214的蓝色台灯到哪里了？什么时候能送达？", "在路上。")
    assert [leak.left for leak in leaks([other, near], [held], 0.9)] == [1]


def test_classification_rows_are_compared_by_their_text() -> None:
    held = plain_label("t", "the film was a joy from start to end", "good")
    left = [plain_label(1, "The film was a joy from start to end!", "bad")]
    assert leaks(left, [held], 0.9) == [(0, 0, 1.0)]


def test_each_row_is_reported_once_with_its_nearest() -> None:
    near = plain_chat(
        "n", "Where is my order 48213 with a blue lamp?", "Order 48213 is on its way."
    )
    result = leaks([HELD, HELD], [near, HELD], 0.9)
    assert [(leak.left, leak.right) for leak in result] == [(0, 1), (1, 1)]


def test_an_empty_side_leaks_nothing() -> None:
    assert leaks([], [HELD], 0.9) == leaks([HELD], [], 0.9) == []
