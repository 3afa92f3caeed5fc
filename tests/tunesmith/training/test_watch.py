"""Over-fitting and divergence are named from the losses alone, once, and not for noise."""

from typing import Any

import pytest

from tunesmith.training.watch import divergence, outcome, overfitting, stuck


def history(train: list[float], validation: list[float]) -> list[dict[str, Any]]:
    """Return a history of one training loss and one evaluation every 10 steps."""
    entries: list[dict[str, Any]] = []
    for number, (loss, measured) in enumerate(zip(train, validation, strict=True), start=1):
        entries.append({"step": 10 * number, "epoch": 1.0, "loss": loss})
        entries.append({"step": 10 * number, "epoch": 1.0, "eval_loss": measured})
    return entries


def losses(*values: float) -> list[dict[str, Any]]:
    return [{"step": 5 * n, "loss": value} for n, value in enumerate(values, start=1)]


def test_two_rises_of_validation_loss_while_training_loss_falls_are_over_fitting() -> None:
    seen = history([3, 2, 1, 0.5], [3, 2, 2.1, 2.3])
    assert overfitting(seen[:-2]) is None
    assert overfitting(seen) == 20


@pytest.mark.parametrize(
    ("train", "validation"),
    [
        ([3, 2, 1, 0.5], [3, 2, 2.1, 2.05]),  # up and down
        ([3, 2, 1, 0.5], [3, 2.5, 2.2, 2.1]),  # falls
        ([3, 2, 3, 4], [3, 2, 3, 4]),  # both rise: that is another trouble
        ([2, 1], [2, 3]),  # too early
    ],
)
def test_what_is_not_over_fitting(train: list[float], validation: list[float]) -> None:
    assert overfitting(history(train, validation)) is None


def test_losses_far_above_their_lowest_are_divergence() -> None:
    seen = losses(2, 1, 1, 1, 1, 1, 3, 4, 5)
    assert divergence(seen[:-1]) is None
    assert divergence(seen) == {"step": 45, "loss": 2.25, "lowest": 1}


@pytest.mark.parametrize(
    "values",
    [
        (2, 1, 1, 1, 1, 9, 1, 1, 1),  # one hard step
        (0.2, 0.01, 0.01, 0.01, 0.01, 0.05, 0.05, 0.05, 0.04),  # four-fold, but of nothing
        (9, 8, 8, 8, 8, 9, 9, 9, 9),
        (2, 1, 1, 3, 4),  # too early
        (),
    ],
)
def test_what_is_not_divergence(values: tuple[float, ...]) -> None:
    assert divergence(losses(*values)) is None


def test_batches_of_long_rows_among_short_ones_are_not_divergence() -> None:
    """As the demo's base on the demo's rows logs them, while its validation loss falls."""
    turns = (0.65, 0.03, 0.03, 0.86, 0.02, 0.57, 0.59, 0.04)
    seen = losses(*(height * 0.97**turn for turn in range(20) for height in turns))
    assert all(divergence(seen[:end]) is None for end in range(len(seen) + 1))


def test_the_outcome_tells_of_the_first_time() -> None:
    seen = history([3, 2, 1, 0.5, 0.2, 0.2, 5, 6, 7], [3, 2, 2.1, 2.3, 2.6, 2.7, 2.8, 2.9, 3.0])
    assert outcome(seen, 20, 90) == {
        "best_step": 20,
        "last_step": 90,
        "overfitting_since_step": 20,
        "diverging_at": {"step": 80, "loss": 1.475, "lowest": 0.475},
    }


def test_a_training_in_which_all_went_well_says_so() -> None:
    assert outcome(history([3, 2], [3, 2]), 20, 20) == {
        "best_step": 20,
        "last_step": 20,
        "overfitting_since_step": None,
        "diverging_at": None,
    }


def test_a_loss_that_never_left_that_of_a_model_without_preference_is_stuck() -> None:
    still = [{"step": step, "loss": 0.6931 + step * 1e-5} for step in range(6)]
    assert stuck(still, 0.693147)
    assert not stuck(still, None)
    assert not stuck(still[:3], 0.693147)
    assert not stuck([*still, {"step": 7, "loss": 0.68}], 0.693147)
