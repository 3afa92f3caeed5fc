"""Whitening over the tokens that count, and over processes as over one."""

import torch

from tunesmith.online.whitening import whitened

VALUES = torch.tensor([[1.0, 3.0, 100.0], [5.0, -7.0, 0.0]])
MASK = torch.tensor([[True, True, False], [True, False, False]])


def test_mean_and_variance_are_those_of_a_hand() -> None:
    found = whitened(VALUES, MASK)  # 1, 3, 5: mean 3, variance of a sample 4
    assert torch.allclose(found, torch.tensor([[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]))


def test_the_mean_of_rewards_is_kept() -> None:
    found = whitened(VALUES, MASK, keep_mean=True)
    assert torch.allclose(found, torch.tensor([[2.0, 3.0, 0.0], [4.0, 0.0, 0.0]]))


def test_a_single_value_is_only_shifted() -> None:
    found = whitened(torch.tensor([[4.0]]), torch.tensor([[True]]))
    assert found.tolist() == [[0.0]]


def test_equal_values_become_0_and_no_infinity() -> None:
    found = whitened(torch.full((2, 2), 7.0), torch.ones(2, 2, dtype=torch.bool))
    assert found.tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_two_processes_whiten_as_one() -> None:
    whole = whitened(VALUES, MASK)
    sums = iter([torch.tensor(3), torch.tensor(9.0), torch.tensor(8.0)])  # of both together
    part = whitened(VALUES[:1], MASK[:1], total=lambda _: next(sums))
    assert torch.allclose(part, whole[:1])
