"""Adversarial training: rows are moved up their own loss, and learnt there too."""

from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import ValidationError

from tests.tiny import chat_row
from tests.tunesmith.methods.trying import phase
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.training.adversarial import Adversary, ascent
from tunesmith.training.run import Trained, train

FULL = {"kind": "full"}
ROWS = [chat_row(i, f"say {i % 4}", "abcd"[i % 4] * (1 + i % 5)) for i in range(16)]


def test_a_row_moves_by_its_share_of_its_own_length_along_its_gradient() -> None:
    embedded = torch.randn(2, 3, 4)
    gradient = torch.randn(2, 3, 4) * torch.tensor([1.0, 1e-6])[:, None, None]
    step = ascent(embedded, gradient, 0.1)
    for row in range(2):
        assert step[row].norm() == pytest.approx(0.1 * float(embedded[row].norm()), rel=1e-5)
        assert torch.cosine_similarity(step[row].flatten(), gradient[row].flatten(), 0) > 0.9999


def test_a_gradient_too_small_to_be_squared_moves_a_row_no_further_than_others() -> None:
    embedded, gradient = torch.randn(1, 3, 4), torch.randn(1, 3, 4)
    step = ascent(embedded, gradient * 1e-30, 0.1)
    torch.testing.assert_close(step, ascent(embedded, gradient, 0.1))


def test_padding_neither_moves_nor_counts() -> None:
    embedded, gradient = torch.randn(1, 3, 4), torch.randn(1, 3, 4)
    padded = torch.cat([embedded, torch.ones(1, 2, 4)], 1)
    blank = torch.cat([gradient, torch.zeros(1, 2, 4)], 1)
    step = ascent(padded, blank, 0.1)
    torch.testing.assert_close(step[:, :3], ascent(embedded, gradient, 0.1))
    assert not step[:, 3:].any()


def test_a_row_without_a_gradient_stays_where_it_is() -> None:
    assert not ascent(torch.randn(1, 3, 4), torch.zeros(1, 3, 4), 0.1).any()


def test_the_loss_is_higher_where_a_batch_is_moved_to() -> None:
    torch.manual_seed(0)
    model = _Toy()
    words = torch.tensor([[1, 2], [3, 4]])
    adversary = Adversary(model, 0.1)
    with adversary.watching():
        before = model(words)
        before.backward()
    with adversary.moving():
        after = model(words)
    assert after.item() > before.item()
    assert model(words).item() == before.item()  # nothing is left on the model


def test_words_that_are_frozen_can_be_moved_too() -> None:
    model = _Toy()
    model.words.weight.requires_grad_(False)
    adversary = Adversary(model, 0.1)
    with adversary.watching():
        model(torch.tensor([[1, 2]])).backward()
    assert model.words.weight.grad is None
    with adversary.moving():
        model(torch.tensor([[1, 2]])).backward()


@pytest.mark.slow
def test_a_step_learns_the_rows_and_the_moved_rows(tiny_base: Path, tmp_path: Path) -> None:
    gradients = [
        _first_gradient(tiny_base, tmp_path / name, adversarial_epsilon=epsilon)
        for name, epsilon in (("plain", None), ("still", 1e-9), ("moved", 0.5))
    ]
    plain, still, moved = gradients
    assert still == pytest.approx(2 * plain, rel=1e-4)  # the same rows twice
    assert moved != pytest.approx(2 * plain, rel=1e-2)


@pytest.mark.slow
def test_what_is_logged_is_the_loss_of_the_rows_as_they_are(
    tiny_base: Path, tmp_path: Path
) -> None:
    losses = [
        _run(tiny_base, tmp_path / name, adversarial_epsilon=epsilon).curves["loss"].iloc[0]
        for name, epsilon in (("plain", None), ("moved", 0.5))
    ]
    assert losses[0] == losses[1]


def test_rows_in_line_cannot_be_moved_one_by_one() -> None:
    with pytest.raises(ValidationError, match="rows are moved one by one, in padded batches"):
        phase(FULL, adversarial_epsilon=0.1, packing=True)


def test_only_likelihood_goes_with_an_adversary() -> None:
    with pytest.raises(ValidationError, match="goes with objective likelihood, not dpo"):
        phase(FULL, adversarial_epsilon=0.1, task="preference", objective={"kind": "dpo"})


class _Toy(torch.nn.Module):
    """The sum of words, as far as a curved loss sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.words = torch.nn.Embedding(8, 4)
        self.head = torch.nn.Linear(4, 1)

    def get_input_embeddings(self) -> torch.nn.Module:
        return self.words

    def forward(self, words: torch.Tensor) -> Any:
        return self.head(self.words(words).sum(1)).exp().mean()


def _first_gradient(base: Path, work: Path, **changes: Any) -> float:
    return float(_run(base, work, **changes).curves["grad_norm"].dropna().iloc[0])


def _run(base: Path, work: Path, **changes: Any) -> Trained:
    resolve(BaseParams(model=str(base))).write(work / "base")
    dials = phase(FULL, epochs=1, per_device_batch_size=16, **changes)
    return train(dials, work / "base", ROWS, ROWS[:4], work / "checkpoints", seed=0)
