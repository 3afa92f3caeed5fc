"""Advantages in groups against values computed by hand."""

import pytest
import torch

from tunesmith.online.advantages import group_relative, leave_one_out

SCORES = torch.tensor([1.0, 2.0, 6.0, 5.0, 5.0, 5.0])


def test_a_group_is_measured_by_its_mean_and_deviation() -> None:
    found = group_relative(SCORES, 3)
    spread = 7**0.5 + 1e-4  # of 1, 2, 6: variance of a sample 7
    assert found[:3].tolist() == pytest.approx([-2 / spread, -1 / spread, 3 / spread])


def test_without_scaling_only_the_mean_is_taken() -> None:
    assert group_relative(SCORES, 3, scale=False)[:3].tolist() == [-2.0, -1.0, 3.0]


@pytest.mark.parametrize("advantages", [group_relative, leave_one_out])
def test_a_group_of_equal_scores_teaches_nothing(advantages: object) -> None:
    assert advantages(SCORES, 3)[3:].tolist() == [0.0, 0.0, 0.0]  # type: ignore[operator]


def test_each_is_measured_by_the_others() -> None:
    assert leave_one_out(SCORES, 3)[:3].tolist() == [1 - 4.0, 2 - 3.5, 6 - 1.5]
