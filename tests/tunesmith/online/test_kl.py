"""Estimates of the KL divergence have it as their mean."""

import pytest
import torch

from tunesmith.online.kl import k1, k2, k3

POLICY, REFERENCE = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([0.2, 0.3, 0.5])
KL = float((POLICY * (POLICY / REFERENCE).log()).sum())


@pytest.mark.parametrize("estimate", [k1, k3])
def test_the_mean_over_the_policy_is_the_divergence(estimate: object) -> None:
    found = estimate(POLICY.log(), REFERENCE.log())  # type: ignore[operator]
    assert float((POLICY * found).sum()) == pytest.approx(KL, abs=1e-6)


def test_each_is_that_of_a_hand() -> None:
    now, reference = torch.tensor([2.0]).log(), torch.tensor([1.0]).log()
    assert k1(now, reference).item() == pytest.approx(0.6931472)
    assert k2(now, reference).item() == pytest.approx(0.2402265)
    assert k3(now, reference).item() == pytest.approx(0.5 - 1 + 0.6931472)


def test_none_but_the_first_is_below_0() -> None:
    found = [estimate(POLICY.log(), REFERENCE.log()).min() for estimate in (k1, k2, k3)]
    assert found[0] < 0 <= min(found[1:])
