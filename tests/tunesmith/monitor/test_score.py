"""How far the champion has fallen: its answers to new rows against its score on the test rows."""

from pathlib import Path

import pytest

from tests.tiny import chat_row
from tunesmith.errors import UserError
from tunesmith.metrics.params import EvaluateParams
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.monitor.score import fall, fallen
from tunesmith.monitor.side import Side
from tunesmith.prediction.params import PredictParams
from tunesmith.rows import Row, to_frame, to_rows

GOOD = {"value": 0.8, "low": 0.75, "high": 0.84}


@pytest.fixture
def base(tiny_base: Path, tmp_path: Path) -> Path:
    resolve(BaseParams(model=str(tiny_base))).write(tmp_path / "base")
    return tmp_path / "base"


def rows(count: int) -> list[Row]:
    return to_rows(to_frame([chat_row(k, f"Where is {k}?", f"There {k}.") for k in range(count)]))


def asked(champion: Path, count: int, metric: str = "exact_match") -> Side:
    return fall(
        champion,
        rows(count),
        {"exact_match": GOOD, "perplexity": {"value": 200.0, "low": 190.0, "high": 210.0}},
        metric,
        0.05,
        PredictParams(max_new_tokens=4),
        EvaluateParams(metrics=["rouge_l"], resamples=100),
        0,
    )


def test_a_fall_is_the_later_loss_with_the_reach_of_both_intervals() -> None:
    effect, chance = fallen(GOOD, {"value": 0.6, "low": 0.5, "high": 0.68}, True)
    assert effect == pytest.approx(0.2)
    assert chance == pytest.approx((0.05**2 + 0.08**2) ** 0.5)


def test_of_a_metric_that_should_be_low_a_rise_is_a_fall() -> None:
    effect, chance = fallen(
        {"value": 2.0, "low": 1.9, "high": 2.1}, {"value": 3.0, "low": 2.8, "high": 3.3}, False
    )
    assert effect == pytest.approx(1.0)
    assert chance == pytest.approx((0.2**2 + 0.1**2) ** 0.5)


def test_a_champion_that_answers_nothing_right_has_fallen(base: Path) -> None:
    found = asked(base, 20)
    assert (found.name, found.level, found.rows) == ("score (exact_match)", "crossed", 20)
    assert found.effect == pytest.approx(0.8)


def test_a_metric_that_should_be_low_is_compared_the_right_way(base: Path) -> None:
    found = asked(base, 6, "perplexity")
    assert found.effect is not None
    assert found.effect > 0  # random weights: about one byte in 260, where 200 was usual


def test_a_metric_that_the_test_rows_lack_is_named(base: Path) -> None:
    with pytest.raises(UserError, match=r"no chrf on the test rows; `dvc repro evaluate`"):
        asked(base, 3, "chrf")
