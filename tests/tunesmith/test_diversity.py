"""Diversity: four numbers that fall when texts repeat, in English and Chinese alike."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunesmith.diversity import MOST_TEXTS, diversity, diversity_change

SUBJECTS = {"en": ("tea ", "snow ", "jazz ", "coal "), "zh": ("茶叶", "大雪", "爵士", "煤炭")}
VERBS = {"en": ("falls ", "costs ", "burns ", "helps "), "zh": ("下降", "花费", "燃烧", "有用")}
PLACES = {"en": ("today", "abroad"), "zh": ("今天", "国外")}


def varied(lang: str) -> list[str]:
    """Return 32 texts of few words."""
    return ["".join(parts) for parts in product(SUBJECTS[lang], VERBS[lang], PLACES[lang])]


VARIED_EN, VARIED_ZH = varied("en"), varied("zh")
KEYS = ["distinct_1", "distinct_2", "cluster_entropy", "spread"]


@pytest.mark.parametrize("texts", [VARIED_EN, VARIED_ZH], ids=["en", "zh"])
def test_varied_texts_score_higher_than_one_text_repeated(texts: list[str]) -> None:
    mixed, same = diversity(texts, 0), diversity([texts[0]] * len(texts), 0)
    assert list(mixed) == KEYS
    for key in KEYS:
        assert mixed[key] > same[key] + 0.02
    assert same["spread"] == pytest.approx(0, abs=1e-9)
    assert same["cluster_entropy"] == 0


def test_english_is_counted_by_words_and_chinese_by_characters() -> None:
    assert diversity(["the cat the dog"], 0)["distinct_1"] == pytest.approx(3 / 4)
    assert diversity(["the cat the cat"], 0)["distinct_2"] == pytest.approx(2 / 3)
    assert diversity(["好好学习"], 0)["distinct_1"] == pytest.approx(3 / 4)
    assert diversity(["买iPhone好"], 0)["distinct_1"] == 1.0


def test_spread_is_the_mean_cosine_distance() -> None:
    assert diversity(["aaaa", "bbbb"], 0)["spread"] == pytest.approx(1)
    assert diversity(["aaaa", "aaaa", "bbbb"], 0)["spread"] == pytest.approx(2 / 3)


@given(st.lists(st.text(max_size=20), min_size=1, max_size=30), st.integers(0, 3))
@settings(max_examples=25, deadline=None)
def test_every_number_is_from_0_to_1_and_repeats(texts: list[str], seed: int) -> None:
    first = diversity(texts, seed)
    assert all(-1e-9 <= value <= 1 + 1e-9 for value in first.values())
    assert first == diversity(texts, seed)


def test_a_large_set_is_sampled_by_the_seed() -> None:
    texts = [f"text {number} of many" for number in range(MOST_TEXTS + 500)]
    found = diversity(texts, 1)
    assert diversity(texts, 1) == found
    assert diversity(texts[:MOST_TEXTS], 1) != found


def test_two_sets_are_compared_at_one_size() -> None:
    change = diversity_change(VARIED_EN, VARIED_EN * 3, 0)
    assert change["before"]["distinct_1"] == diversity(VARIED_EN, 0)["distinct_1"]
    assert change["after"]["distinct_2"] > diversity(VARIED_EN * 3, 0)["distinct_2"]


def test_no_text_has_no_diversity() -> None:
    with pytest.raises(ValueError, match="no text"):
        diversity([], 0)
