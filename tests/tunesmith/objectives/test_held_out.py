"""What held-out margins say: accuracy with its interval, calibration, and the part of length."""

import pytest
from scipy.stats import binomtest

from tunesmith.objectives.base.held_out import Margins, calibration, held_out, share


def test_the_interval_is_wilsons() -> None:
    found = share(70, 100)
    expected = binomtest(70, 100).proportion_ci(method="wilson")
    assert found["low"] == pytest.approx(expected.low, abs=1e-6)
    assert found["high"] == pytest.approx(expected.high, abs=1e-6)
    assert share(0, 0) == {"value": None, "low": None, "high": None, "n": 0}


def test_sure_and_wrong_is_badly_calibrated() -> None:
    assert calibration([9.0] * 10)["error"] == pytest.approx(0, abs=1e-3)
    assert calibration([9.0] * 5 + [-9.0] * 5)["error"] == pytest.approx(0.5, abs=1e-3)
    assert calibration([0.0] * 4) == {
        "error": 0.0,
        "bins": [{"confidence": 0.5, "accuracy": 0.5, "n": 4}],
    }


def test_margins_that_are_length_are_explained_by_it() -> None:
    longer = [-4, -2, 0, 3, 5, 8]
    found = held_out(Margins([0.5 * more for more in longer], longer))["length"]
    assert found["explained"] == pytest.approx(1)
    assert found["agreement"]["value"] == 1
    assert found["rule"]["n"] == 5
    assert found["when_shorter"]["value"] == 0
    assert found["when_longer"]["value"] == 1


def test_margins_beside_length_are_not() -> None:
    found = held_out(Margins([1.0, 1.0, -1.0, -1.0], [3, -3, 3, -3]))
    assert found["length"]["explained"] == pytest.approx(0)
    assert found["accuracy"]["value"] == 0.5
    assert held_out(Margins([1.0, 1.0], [1, 1]))["length"]["explained"] is None
