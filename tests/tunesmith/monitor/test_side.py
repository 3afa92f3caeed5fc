"""What an effect means, beside its limit and beside chance."""

import pytest

from tunesmith.monitor.side import level_of


@pytest.mark.parametrize(
    ("effect", "chance", "level"),
    [
        (0.30, 0.05, "crossed"),
        (0.30, 0.40, "too few rows"),  # as large as chance makes them
        (0.10, 0.05, "steady"),
        (0.10, 0.30, "too few rows"),  # a limit that chance reaches shows nothing
        (0.90, 0.40, "crossed"),  # too large for chance, however few the rows
        (0.25, 0.20, "crossed"),
    ],
)
def test_the_size_decides_and_chance_can_only_hold_back(
    effect: float, chance: float, level: str
) -> None:
    assert level_of(effect, chance, 0.25) == level
