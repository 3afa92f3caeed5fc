"""The units that counting looks at."""

from tunesmith.text.units import pairs, units


def test_words_and_chinese_characters_are_units_and_figures_are_none() -> None:
    assert units("I don't want 3 Cafés, 我要退款!") == ["i", "don't", "want", "cafés", *"我要退款"]
    assert units("") == units("12 + 5") == []


def test_pairs_are_neighbours() -> None:
    assert pairs("refund it 退款") == [("refund", "it"), ("it", "退"), ("退", "款")]
    assert pairs("refund") == []
