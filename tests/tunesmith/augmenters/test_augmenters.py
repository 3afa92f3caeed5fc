"""Augmenters: they change words that carry nothing, and leave alone what the answer needs."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.aeda import HAN_MARKS, LATIN_MARKS, Aeda
from tunesmith.augmenters.augmenter import Augmenter
from tunesmith.augmenters.eda import Eda
from tunesmith.augmenters.lexicon import parse_lexicon, seed_words
from tunesmith.augmenters.protect import changeable
from tunesmith.augmenters.synonym import Synonym
from tunesmith.augmenters.tokens import is_word, tokenise
from tunesmith.errors import UserError
from tunesmith.text.numbers import numbers

ENGLISH = "Hello, my big parcel 48213 arrived broken yesterday and I am not happy with the shop."
CHINESE = "你好，我的包裹48213收到的时候已经损坏了，请问现在能否立即退款？我不喜欢等。"
ANSWER = "Order 48213 is refunded."
ALL = [Aeda(share=1), Eda(share=1), Synonym(share=1)]
texts = st.text(alphabet="ab no不没请问现在立即48 ,，.\nthe shop", max_size=60)


def draws(step: Augmenter, text: str, answer: str = ANSWER, n: int = 60) -> list[str]:
    found = [step(text, answer, np.random.default_rng(seed)) for seed in range(n)]
    return [made for made in found if made is not None]


@pytest.mark.parametrize("text", ["b立即4现在b", "买4现在已经kg的大米我想要再买一点"])
def test_deleting_a_word_joins_no_number_to_the_letters_behind_it(text: str) -> None:
    for made in draws(Eda(share=1), text):
        assert Counter(numbers(made)) == Counter(numbers(text))


@given(st.text(max_size=80))
def test_tokens_join_to_the_text_again(text: str) -> None:
    assert "".join(tokenise(text)) == text


@given(texts, st.sampled_from(ALL), st.integers(0, 9))
@settings(max_examples=200)
def test_no_augmenter_changes_a_number_or_a_negation(text: str, step: Augmenter, seed: int) -> None:
    made = step(text, "the", np.random.default_rng(seed))
    if made is not None:
        assert Counter(numbers(made)) == Counter(numbers(text))
        assert [c for c in made if c in "不没"] == [c for c in text if c in "不没"]
        assert tokenise(made).count("no") >= tokenise(text).count("no")


@pytest.mark.parametrize("step", ALL, ids=lambda step: step.kind)
@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_every_augmenter_works_in_both_languages(step: Augmenter, text: str) -> None:
    made = draws(step, text)
    assert len(set(made) - {text}) > 2
    assert all("48213" in item for item in made)


@pytest.mark.parametrize("step", ALL, ids=lambda step: step.kind)
def test_the_same_generator_makes_the_same_text(step: Augmenter) -> None:
    first, second = (step(ENGLISH, ANSWER, np.random.default_rng(7)) for _ in range(2))
    assert first == second


def test_aeda_adds_the_marks_of_the_script_and_nothing_else() -> None:
    for text, marks in ((ENGLISH, LATIN_MARKS), (CHINESE, HAN_MARKS)):
        for made in draws(Aeda(share=1), text):
            added = Counter(made) - Counter(text)
            assert added
            assert set(added) <= set(marks)
            assert not Counter(text) - Counter(made)


def test_aeda_puts_no_mark_inside_a_name_that_the_answer_copies() -> None:
    text = "Please send the silver tent to Mary Jones at home soon"
    for made in draws(Aeda(share=1, ratio=1), text, "The silver tent goes to Mary Jones."):
        assert "silver tent" in made
        assert "Mary Jones" in made


def test_eda_keeps_question_words_and_the_first_word() -> None:
    text = "Tell me when my large parcel will probably arrive at home"
    for made in draws(Eda(share=1, ratio=0.3), text, "Soon."):
        assert made.startswith("Tell ")
        assert "when" in made.split()
        assert not Counter(made.split()) - Counter(text.split())


def test_eda_leaves_a_short_message_alone() -> None:
    assert draws(Eda(share=1), "cancel it now") == []
    assert draws(Eda(share=1), "退款") == []


def test_synonyms_keep_capitals_and_fit_the_article() -> None:
    assert set(draws(Synonym(share=1), "Hello", "x")) == {"Hi", "Good day"}
    assert set(draws(Synonym(share=1), "HUGE", "x")) == {"ENORMOUS"}
    assert draws(Synonym(share=1), "a huge box", "x") == []
    assert set(draws(Synonym(share=1), "the huge box", "x")) == {"the enormous box"}


def test_synonyms_are_chosen_from_chinese_words_too() -> None:
    assert set(draws(Synonym(share=1), "我想立即睡觉", "好")) == {"我想立刻睡觉", "我想马上睡觉"}


@pytest.mark.parametrize(
    ("text", "answer", "protected", "free"),
    [
        ("please cancel order 12", "Order 12 is cancelled.", [], ["please"]),
        ("do not send it", "ok", [], ["do", "it"]),
        ("I don't like it", "ok", [], ["I", "it"]),
        ("the Blue Lamp works", "ok", ["blue lamp"], ["the", "works"]),
        ("mail <EMAIL> or x@y.com or https://a.b/c", "ok", [], ["mail", "or", "or"]),
        ("two lamps", "ok", [], ["lamps"]),
        ("现在不可以退款", "好", [], ["现在", "退款"]),
        ("请问王小明现在退款", "现在退款", [], ["请问"]),
    ],
)
def test_only_words_that_carry_nothing_may_change(
    text: str, answer: str, protected: list[str], free: list[str]
) -> None:
    tokens = tokenise(text)
    assert [tokens[place] for place in changeable(tokens, answer, protected)] == free


def test_a_protected_word_is_never_replaced() -> None:
    assert draws(Synonym(share=1, protect=["shop"]), "the shop", "x") == []
    assert draws(Synonym(share=1, protect=["立即"]), "我想立即睡觉", "好") == []


def test_every_word_of_the_lists_can_be_met_and_replaced() -> None:
    assert len(seed_words()) > 200
    for word, others in seed_words().items():
        assert tokenise(word) == [word]
        assert is_word(word)
        assert all(numbers(other) == numbers(word) for other in others), word


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("big large", "a word, a tab and words by comma"),
        ("big\t ", "a word, a tab"),
        ("big\tlarge,big", "replaces itself"),
    ],
)
def test_a_bad_line_of_a_list_is_named(line: str, reason: str) -> None:
    with pytest.raises(UserError, match=rf"list\.tsv:2: .*{reason}"):
        parse_lexicon(["# words", line], "list.tsv")


def test_a_word_that_occurs_twice_is_named() -> None:
    with pytest.raises(UserError, match=r"list\.tsv:2: 'a' occurs twice"):
        parse_lexicon(["a\tb", "a\tc"], "list.tsv")


@pytest.mark.parametrize(
    ("dials", "reason"),
    [
        ({"steps": [{"kind": "aeda", "share": 0}]}, "greater than 0"),
        (
            {"steps": [{"kind": "nope", "share": 1}]},
            "'aeda', 'back_translation', 'eda', 'paraphrase', 'synonym'",
        ),
        ({"steps": [{"kind": "eda", "share": 1, "where": {"colour": "x"}}]}, 'no field "colour"'),
        ({"steps": [{"kind": "eda", "share": 1, "protect": [""]}]}, "cannot be protected"),
        ({"min_similarity": 0.9, "max_similarity": 0.8}, "must stay below"),
    ],
)
def test_a_wrong_dial_is_refused(dials: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        AugmentParams.model_validate(dials)
