"""The price of distance: fixed, or led to a target."""

import pytest

from tunesmith.online.control import AdaptiveKl, FixedKl


def test_a_fixed_price_stays() -> None:
    assert FixedKl(beta=0.1).following(0.1, 50.0, 64) == 0.1


@pytest.mark.parametrize(
    ("kl", "factor"),
    [(6.0, 1.0), (6.6, 1.001), (60.0, 1.002), (5.4, 0.999), (0.0, 0.998)],
)
def test_the_price_rises_above_the_target_and_falls_below(kl: float, factor: float) -> None:
    control = AdaptiveKl(beta=0.2, target=6.0, horizon=10_000)
    assert control.following(0.2, kl, 100) == pytest.approx(0.2 * factor)
