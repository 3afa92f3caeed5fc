"""Fisher information against closed forms, on models whose gradients are known by hand."""

from typing import Any

import pytest
import torch
from torch import nn

from tunesmith.continual.base import trained_weights
from tunesmith.continual.ewc import Ewc, distance, fisher_diagonal, sample
from tunesmith.errors import UserError

X = torch.tensor([[1.0, 2.0], [-1.0, 0.5], [0.3, -2.0]])
Y = torch.tensor([0, 1, 2])


class Softmax(nn.Module):
    """Classes by a linear layer of their features; `offset` is frozen."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.linear = nn.Linear(2, 3, bias=False)
        self.offset = nn.Parameter(torch.ones(3), requires_grad=False)

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"logits": self.linear(x) + self.offset}


class NextToken(nn.Module):
    """Logits of the next token by a table of the present one."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.table = nn.Embedding(4, 4)

    def forward(self, input_ids: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"logits": self.table(input_ids)}


def rows(times: int = 1) -> list[dict[str, torch.Tensor]]:
    return [{"x": X[i : i + 1], "labels": Y[i : i + 1]} for i in range(3)] * times


def closed_form(model: Softmax, of_the_rows_own_labels: bool) -> torch.Tensor:
    """d log p_y / dW_c = (1[y = c] - p_c) x, so its square's mean over y or at the row's y."""
    total = torch.zeros(3, 2)
    for x, own in zip(X, Y, strict=True):
        p = model(x[None])["logits"][0].softmax(-1).detach()
        for y in range(3):
            weight = float(y == own) if of_the_rows_own_labels else float(p[y])
            total += weight * ((torch.eye(3)[y] - p)[:, None] * x[None]) ** 2
    return total / len(X)


def test_empirical_fisher_is_the_exact_value_of_a_softmax() -> None:
    model = Softmax()
    found = fisher_diagonal(model, rows(), "empirical", 0)
    assert set(found) == {"linear.weight"}
    torch.testing.assert_close(found["linear.weight"], closed_form(model, True))


def test_exact_fisher_is_the_expectation_over_all_classes() -> None:
    model = Softmax()
    found = fisher_diagonal(model, rows(), "exact", 0)["linear.weight"]
    torch.testing.assert_close(found, closed_form(model, False))
    p = [model(x[None])["logits"][0].softmax(-1).detach() for x in X]  # and that is p(1 - p)x²
    variances = [(q * (1 - q))[:, None] * x**2 for q, x in zip(p, X, strict=True)]
    torch.testing.assert_close(found, torch.stack(variances).mean(0))


def test_sampled_fisher_comes_to_the_exact_one_and_repeats() -> None:
    model = Softmax()
    one = fisher_diagonal(model, rows(600), "sampled", 3)["linear.weight"]
    assert torch.equal(one, fisher_diagonal(model, rows(600), "sampled", 3)["linear.weight"])
    torch.testing.assert_close(one, closed_form(model, False), rtol=0.15, atol=0.02)


def test_no_gradient_comes_from_prompt_or_padding() -> None:
    model = NextToken()
    batch = {
        "input_ids": torch.tensor([[1, 2, 3, 0]]),
        "labels": torch.tensor([[-100, -100, 3, -100]]),
    }
    found = fisher_diagonal(model, [batch], "empirical", 0)["table.weight"]
    p = model.table.weight[2].softmax(-1).detach()  # token 3 is told by token 2, and nothing else
    torch.testing.assert_close(found[2], (torch.eye(4)[3] - p) ** 2)
    assert found[[0, 1, 3]].abs().sum() == 0
    drawn = fisher_diagonal(model, [batch], "sampled", 0)["table.weight"]
    assert drawn[2].sum() > 0
    assert drawn[[0, 1, 3]].abs().sum() == 0


def test_exact_fisher_of_language_is_refused() -> None:
    batch = {"input_ids": torch.tensor([[1, 2]]), "labels": torch.tensor([[1, 2]])}
    with pytest.raises(UserError, match="take sampled or empirical"):
        fisher_diagonal(NextToken(), [batch], "exact", 0)


def test_dropout_is_off_for_fisher_and_on_again_after_it() -> None:
    class Dropping(Softmax):
        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            return super().forward(nn.functional.dropout(x, 0.9, self.training))

    model = Dropping().train()
    state = torch.get_rng_state()
    found = fisher_diagonal(model, rows(), "empirical", 0)["linear.weight"]
    torch.testing.assert_close(found, closed_form(Softmax(), True))
    assert model.training
    assert torch.equal(state, torch.get_rng_state())


def test_the_distance_is_0_at_the_anchor_and_counts_by_fisher() -> None:
    model = Softmax()
    anchor, weights = trained_weights(model), dict(model.named_parameters())
    fisher: dict[str, Any] = {"linear.weight": torch.tensor([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]])}
    assert distance(weights, anchor, fisher).item() == 0
    with torch.no_grad():
        weights["linear.weight"] += 3.0
    assert distance(weights, anchor, fisher).item() == pytest.approx(9 * 1 + 9 * 2, rel=1e-5)


def test_a_sample_repeats_and_keeps_the_order() -> None:
    assert sample([1, 2, 3], 3, 0) == [1, 2, 3]
    some = sample(list(range(100)), 10, 0)
    assert some == sorted(some)
    assert some == sample(list(range(100)), 10, 0) != sample(list(range(100)), 10, 1)


def test_an_importance_of_0_reads_nothing_and_adds_nothing() -> None:
    dials = Ewc(importance=0)
    assert not dials.reads_reservoir
    assert not dials.adds_to_loss
