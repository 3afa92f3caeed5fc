"""The cleaners that judge how an answer reads: repetition, symbols, refusals."""

import pytest

from tests.tunesmith.cleaners.rows_for_tests import chat, cleaned, done, kept_lines, labelled
from tunesmith.cleaners.refusals import Refusals
from tunesmith.cleaners.repetition import Repetition, repeated_lines, repeated_phrases
from tunesmith.cleaners.symbols import Symbols, sign_ratio

POEM = (
    "Roses are red and violets are blue,\nI wrote this short poem entirely for you.\n"
    "The morning is golden, the evening is too,\nRoses are red and violets are blue."
)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("The answer is that I do not know it. " * 12, "repeated phrases"),
        ("我不知道这个问题的答案是什么，" * 12, "repeated phrases"),
        ("This is one line.\n" * 12, "repeated lines"),
        ("这是一行完全一样的文字。\n" * 12, "repeated lines"),
        ("哈" * 120, "one character repeated"),
        ("a" * 120, "one character repeated"),
    ],
)
def test_an_answer_that_repeats_itself_goes(answer: str, reason: str) -> None:
    assert done(cleaned(Repetition(), chat("Why?", answer))) == [("drop", reason)]


@pytest.mark.parametrize("answer", [POEM, "ha " * 9, "好" * 30, "| a | b |\n|---|---|\n" * 3])
def test_poems_rules_tables_and_short_answers_stay(answer: str) -> None:
    assert kept_lines(cleaned(Repetition(), chat("Why?", answer))) == [1]


def test_the_question_may_repeat_itself() -> None:
    assert kept_lines(cleaned(Repetition(), chat("count this: " + "spam spam " * 40, "80"))) == [1]


def test_shares_are_of_characters() -> None:
    assert repeated_lines("aaaa\naaaa\nbbbb\ncccc") == pytest.approx(0.25)
    assert repeated_lines("") == repeated_phrases("short") == 0.0
    assert repeated_phrases("abcdefghijkl" * 2) == pytest.approx(1 / 13)


def test_rows_of_mostly_symbols_go_in_both_languages() -> None:
    rows = [
        chat("?!#$%^&*()_+{}|:<>?~@$#^%&*!)(*&^%$#@", "!@#$%^&*(){}:<>?|"),
        chat(
            "。，；：、？！《》（）【】。，；：、？！《》（）【】「」" * 2,
            "，。；：？！，。；：？！",
        ),
        chat(
            "你好，请问（一）怎么走？（二）怎么走？（三）怎么走？谢谢！", "（一）直走；（二）左转。"
        ),
        chat(
            "Make a table.", "| name | price |\n|--------|--------|\n| kettle | 12 |\n| pan | 9 |"
        ),
        chat("Write code for this: !@#$%^&*()!@#$%^&*()", "(){}[];;;;!@#$%^&*(){}:<>?|"),
        chat("6 + 3 = ?", "6 + 3 = 9."),
    ]
    assert kept_lines(cleaned(Symbols(max_ratio=0.6), *rows)) == [3, 4, 5, 6]


def test_an_empty_text_has_no_symbols() -> None:
    assert sign_ratio(" ") == 0.0


@pytest.mark.parametrize(
    "answer",
    [
        "As an AI language model, I cannot visit websites.",
        "I’m sorry, but I can’t help with that.",
        "I am a large language model and have no body.",
        "As an AI assistant, I don't have feelings.",
        "作为一个人工智能语言模型，我无法上网。",
        "作为一名AI助手，我没有感情。",
        "抱歉，我无法回答这个问题。",
    ],
)
def test_a_refusal_is_flagged_and_dropped_when_asked(answer: str) -> None:
    row = chat("What do you see?", answer)
    assert done(cleaned(Refusals(), row)) == [("flag", "answer refuses as an AI")]
    assert kept_lines(cleaned(Refusals(action="drop"), row)) == []


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry to hear that you're having trouble with your account.",
        "A language model can summarise text.",
        "He worked as an air traffic controller.",
        "人工智能助手可以帮助你写作。",
        "很抱歉给您带来不便，我们马上处理。",
        "Sure. " + "It is a long story. " * 20 + "As an AI language model, I cannot.",
    ],
)
def test_an_answer_about_ai_or_with_regret_is_no_refusal(answer: str) -> None:
    assert done(cleaned(Refusals(action="drop"), chat("Why?", answer))) == []


def test_a_label_is_no_refusal() -> None:
    row = labelled("As an AI language model, I cannot.", "refusal")
    assert done(cleaned(Refusals(), row)) == []
