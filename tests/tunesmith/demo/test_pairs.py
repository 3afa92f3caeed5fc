"""The demo's pairs: both languages, two different answers, the same for the same seed."""

from tunesmith.demo.pairs import build
from tunesmith.importers import detect


def test_pairs_are_in_both_languages_and_prefer_something() -> None:
    pairs = build(120, seed=0)
    assert [pair["lang"] for pair in pairs[:4]] == ["en", "zh", "en", "zh"]
    assert all(pair["chosen"] != pair["rejected"] for pair in pairs)
    assert {detect(pair) for pair in pairs} == {"preference"}
    assert len({pair["rejected"][0]["content"] for pair in pairs}) > 60


def test_the_same_seed_gives_the_same_pairs() -> None:
    assert build(30, seed=3) == build(30, seed=3)
    assert build(30, seed=3) != build(30, seed=4)
