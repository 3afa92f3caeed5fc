"""Near-duplicate search against a comparison of all with all."""

import random
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from tunesmith.text.near_duplicates import near_pairs, near_pairs_between, short_forms
from tunesmith.text.normalise import folded

EN = "where is my order with the blue kettle please refund cancel parcel arrived broken today"
ZH = "请问我的订单什么时候能够送到上海市南京路想要退款取消快递保修发票商品质量尺码现货营业时间"


def sentences(count: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    words = EN.split()
    english = [" ".join(rng.choices(words, k=rng.randint(3, 30))) for _ in range(count)]
    chinese = ["".join(rng.choices(ZH, k=rng.randint(6, 60))) for _ in range(count)]
    return english + chinese


def edited(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    return text[:at] + rng.choice(["x", "", "的", text[at] * 2]) + text[at + 1 :]


def test_no_text_and_one_text_have_no_pair() -> None:
    assert near_pairs([], 0.9) == []
    assert near_pairs(["alone"], 0.9) == []
    assert near_pairs_between([], ["a"], 0.9) == []
    assert near_pairs_between(["a"], [], 0.9) == []


def test_case_width_and_punctuation_do_not_count() -> None:
    assert near_pairs(["Hello, world!", "ｈｅｌｌｏ world"], 0.9) == [(0, 1, 1.0)]
    assert near_pairs(["订单 4821，到哪了？", "订单 4821 到哪了"], 0.9) == [(0, 1, 1.0)]


def test_two_characters_of_chinese_are_compared() -> None:
    assert near_pairs(["退款", "退款吗", "发票"], 0.75) == [(0, 1, 0.8)]


def test_empty_texts_are_like_each_other_only() -> None:
    assert near_pairs(["", "a", " "], 0.5) == [(0, 2, 1.0)]


def test_equal_texts_are_paired_with_the_first() -> None:
    assert near_pairs(["same", "other thing", "same", "same"], 0.9) == [(0, 2, 1.0), (0, 3, 1.0)]


def test_a_similarity_that_means_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"from 0\.5 to 1"):
        near_pairs(["a"], 0.1)


@pytest.mark.parametrize("similarity", [0.8, 0.9, 0.95])
def test_it_finds_what_a_comparison_of_all_with_all_finds(similarity: float) -> None:
    rng = random.Random(1)
    base = sentences(150, seed=2)
    texts = list(dict.fromkeys(map(folded, base + [edited(text, rng) for text in base])))
    score = Indel.normalized_similarity
    pairs = combinations(range(len(texts)), 2)
    truth = {(i, j) for i, j in pairs if score(texts[i], texts[j]) >= similarity}
    found = {(i, j) for i, j, _ in near_pairs(texts, similarity)}
    assert found <= truth
    assert len(found) >= 0.99 * len(truth) > 100


def test_between_finds_every_copy_on_the_left() -> None:
    left = ["where is my order 12", "cancel it", "Where is my order 12?"]
    right = ["unrelated text here", "where is my orders 12"]
    assert [(i, j) for i, j, _ in near_pairs_between(left, right, 0.9)] == [(0, 1), (2, 1)]


def test_long_texts_of_one_template_are_all_compared() -> None:
    base = "Thank you for writing to the shop, we are happy to help you with parcel number "
    texts = [f"{base}{k:05d} of today" for k in range(300)]
    linked = {row for i, j, _ in near_pairs(texts, 0.95) for row in (i, j)}
    assert linked == set(range(300))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=12), st.integers(0, 3))
def test_pairs_are_sorted_verified_and_repeatable(texts: list[str], seed: int) -> None:
    pairs = near_pairs(texts, 0.8, seed)
    assert pairs == sorted(pairs) == near_pairs(texts, 0.8, seed)
    for i, j, score in pairs:
        assert 0 <= i < j < len(texts)
        assert score >= 0.8
        assert score == pytest.approx(
            Indel.normalized_similarity(folded(texts[i]), folded(texts[j]))
        )


def test_texts_with_other_facts_are_never_paired() -> None:
    texts = [
        "where is my parcel",
        "where is my parcels",
        "Where is my parcel?",
        "where is my parcl",
    ]
    assert [(i, j) for i, j, _ in near_pairs(texts, 0.9, facts=["a", "b", "b", "a"])] == [
        (0, 3),
        (1, 2),
    ]


def test_a_template_does_not_hide_a_pair_of_equal_facts() -> None:
    base = "Thank you for writing to the shop, we are happy to help you with parcel number "
    texts = [f"{base}{k:05d} of today" for k in range(300)]
    texts += [f"{text} then" for text in texts]
    numbered = [k % 300 for k in range(600)]
    found = [(i, j) for i, j, _ in near_pairs(texts, 0.9, facts=numbered)]
    assert found == [(k, k + 300) for k in range(300)]


def test_fewer_facts_than_texts_are_refused() -> None:
    with pytest.raises(ValueError, match="2 texts, 1 facts"):
        near_pairs(["a", "b"], 0.9, facts=["x"])


def test_a_part_of_the_left_texts_is_compared_as_the_whole_is() -> None:
    left = [f"order {k}" for k in range(3_000)]
    right = [f"parcel {k}" for k in range(2_900)] + ["orders 7"]
    whole = near_pairs_between(left, right, 0.5)
    part = near_pairs_between(left[:20], right, 0.5, short_left=len(short_forms(left)))
    assert part == [pair for pair in whole if pair[0] < 20]
    assert len(near_pairs_between(left[:20], right, 0.5)) > len(part)


def test_short_forms_are_distinct_and_not_empty() -> None:
    assert short_forms(["Yes!", "yes", "", "y" * 33, "好的"]) == {"yes", "好的"}
