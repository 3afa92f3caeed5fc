"""Drift of what is asked: planted drift is found, none is found where there is none."""

from collections.abc import Sequence

import numpy as np
import pytest

from tests.tunesmith.monitor.texts import EN, EN_ELSE, ZH, ZH_ELSE, both, questions
from tunesmith.monitor import Limits, MonitorParams
from tunesmith.monitor.drift import Encoder, drift
from tunesmith.stats.resample import Floats
from tunesmith.text.embed import Vectors

PARAMS = MonitorParams()
NONE = "no encoder"


def levels(
    trained: list[str], asked: list[str], params: MonitorParams = PARAMS, seed: int = 0
) -> dict[str, str]:
    return {side.name: side.level for side in drift(trained, asked, params, seed, NONE)}


def crossed(trained: list[str], asked: list[str], seed: int = 0) -> set[str]:
    found = levels(trained, asked, seed=seed)
    return {name for name, level in found.items() if level == "crossed"}


def test_without_drift_no_alarm_is_raised_over_many_seeds() -> None:
    alarms = [crossed(both(400, 1000 + seed), both(60, seed), seed) for seed in range(20)]
    assert alarms == [set()] * 20


def test_another_mixture_of_languages_is_one_finding() -> None:
    asked = [*questions(EN, 30, 1), *questions(ZH, 170, 1)]
    assert crossed(both(400, 0), asked) == {"language"}


@pytest.mark.parametrize(
    ("lang", "usual", "other"), [("en", EN, EN_ELSE), ("zh", ZH, ZH_ELSE)], ids=["en", "zh"]
)
def test_other_words_are_found_in_their_language_only(
    lang: str, usual: tuple[str, ...], other: tuple[str, ...]
) -> None:
    asked = [*both(100, 1), *questions(other, 100, 1)]
    found = crossed(both(400, 0), asked)
    assert f"words ({lang})" in found
    assert not {name for name in found if name.endswith(")") and lang not in name}


@pytest.mark.parametrize(("lang", "patterns"), [("en", EN), ("zh", ZH)], ids=["en", "zh"])
def test_longer_questions_are_found(lang: str, patterns: tuple[str, ...]) -> None:
    asked = [
        f"{one} {two}"
        for one, two in zip(*(questions(patterns, 100, k) for k in (1, 2)), strict=True)
    ]
    assert f"length ({lang})" in crossed(both(400, 0), asked)


def test_the_size_of_the_effect_decides_not_the_number_of_rows() -> None:
    trained = both(3000, 0)
    little = [*both(1500, 1), *questions(ZH, 300, 1)]  # surely other than before, but hardly
    assert levels(trained, little)["language"] == "steady"


def test_too_few_rows_are_told_and_raise_no_alarm() -> None:
    found = levels(both(400, 0), questions(EN_ELSE, 20, 0))
    assert set(found.values()) - {"not measured"} == {"too few rows"}


def test_where_chance_alone_reaches_the_limit_a_small_effect_says_nothing() -> None:
    strict = MonitorParams(min_rows=20, limits=Limits(words=0.01))
    assert levels(both(60, 0), both(25, 1), strict)["words (en)"] == "too few rows"


def test_a_language_that_was_hardly_trained_on_is_counted_only() -> None:
    trained = [*questions(EN, 400, 0), *questions(ZH, 10, 0)]
    names = set(levels(trained, both(100, 1)))
    assert names == {"language", "length (en)", "words (en)", "embedding (en)"}


def test_a_side_without_a_limit_is_not_watched() -> None:
    only = MonitorParams(limits=Limits(words=None, length=None, embedding=None))
    assert set(levels(both(100, 0), both(100, 1), only)) == {"language"}


def test_the_same_rows_and_seed_give_the_same_sides() -> None:
    once, again = (drift(both(200, 0), both(80, 1), PARAMS, 3, NONE) for _ in range(2))
    assert once == again


class Letters:
    """Reads what is ASCII: a vector of how often each letter stands in a text."""

    def __call__(self, texts: Sequence[str]) -> Vectors:
        counts = [[text.lower().count(chr(97 + k)) for k in range(26)] for text in texts]
        vectors = np.array(counts, dtype=np.float32) + 1e-3
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def unknown_ratio(self, texts: Sequence[str]) -> Floats:
        return np.array([0.0 if text.isascii() else 1.0 for text in texts])


def meaning(asked: list[str], encoder: Encoder | str) -> dict[str, tuple[str, str]]:
    sides = drift(both(200, 0), asked, PARAMS, 0, encoder)
    return {one.name: (one.level, one.why) for one in sides if one.name.startswith("embedding")}


def test_questions_unlike_any_train_row_are_found_by_their_vectors() -> None:
    assert meaning(both(60, 1), Letters())["embedding (en)"] == ("steady", "")
    assert meaning(questions(EN_ELSE, 100, 1), Letters())["embedding (en)"][0] == "crossed"


def test_what_no_encoder_reads_is_told_as_not_measured() -> None:
    assert meaning(both(60, 1), Letters())["embedding (zh)"] == (
        "not measured",
        "the encoder cannot read it",
    )
    assert meaning(both(60, 1), NONE)["embedding (en)"] == ("not measured", NONE)
