"""The small parts of not forgetting, against values worked out by hand."""

from math import log

import pytest
import torch

from tunesmith.continual.base import aligned_logits, drawn, likelihood_loss
from tunesmith.continual.distill import divergence
from tunesmith.continual.olora import overlap


@pytest.mark.parametrize(("ratio", "count"), [(0.0, 0), (0.05, 5), (0.2, 24), (0.5, 95)])
def test_replayed_rows_are_the_ratio_of_the_mixture(ratio: float, count: int) -> None:
    found = drawn(list(range(1000)), 95, ratio, 0)
    assert len(found) == count
    assert len(set(found)) == count


def test_every_earlier_row_comes_before_any_comes_twice() -> None:
    found = drawn(["a", "b", "c"], 7, 0.5, 0)
    assert len(found) == 7
    assert sorted(found[:3]) == sorted(found[3:6]) == ["a", "b", "c"]
    assert found == drawn(["a", "b", "c"], 7, 0.5, 0)


def test_no_earlier_row_is_needed_for_a_ratio_of_0() -> None:
    assert drawn([], 10, 0.0, 0) == []


def test_the_divergence_is_0_of_equals_and_worked_out_by_hand_else() -> None:
    teacher = torch.tensor([[log(3.0), 0.0]])  # 3/4, 1/4
    student = torch.zeros(1, 2)  # 1/2, 1/2
    wanted = 0.75 * log(0.75 / 0.5) + 0.25 * log(0.25 / 0.5)
    assert float(divergence(teacher, student, 1.0)) == pytest.approx(wanted, rel=1e-5)
    assert float(divergence(2 * teacher, student, 2.0)) == pytest.approx(4 * wanted, rel=1e-5)
    assert float(divergence(teacher, teacher, 2.0)) == pytest.approx(0, abs=1e-6)


def test_logits_stand_before_the_token_that_they_tell_and_virtual_tokens_before_all() -> None:
    labels = torch.tensor([[-100, 7, -100], [-100, -100, 5]])
    logits = torch.arange(2 * 5 * 9.0).view(2, 5, 9)  # two virtual tokens
    found, own = aligned_logits(logits, labels)
    assert own.tolist() == [7, 5]
    assert torch.equal(found, torch.stack([logits[0, 2], logits[1, 3]]))


def test_the_loss_of_classes_and_of_tokens_is_summed() -> None:
    assert float(likelihood_loss(torch.zeros(3, 4), torch.tensor([0, 1, 2]))) == pytest.approx(
        3 * log(4)
    )
    labels = torch.tensor([[-100, 1, 2, -100]])
    assert float(likelihood_loss(torch.zeros(1, 4, 8), labels)) == pytest.approx(2 * log(8))


def test_directions_overlap_by_their_products() -> None:
    parent_then_new = torch.tensor([[1.0, 0.0], [0.0, 3.0]])
    assert float(overlap([parent_then_new], 1)) == 0
    aslant = torch.tensor([[1.0, 0.0], [-2.0, 1.0], [0.5, 0.0]])
    assert float(overlap([aslant, parent_then_new], 1)) == 2.5
