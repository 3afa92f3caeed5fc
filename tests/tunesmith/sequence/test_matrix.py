"""Average, transfer and forgetting, against values worked out by hand."""

import numpy as np
import pytest

from tunesmith.sequence.matrix import (
    average,
    backward_transfer,
    forgetting,
    forgotten,
    forward_transfer,
)

R = [  # task 1, 2, 3 after step 1, 2, 3
    [0.9, 0.2, 0.1],
    [0.6, 0.8, 0.3],
    [0.7, 0.5, 0.9],
]


def test_the_average_is_of_the_last_line() -> None:
    assert average(R) == pytest.approx((0.7 + 0.5 + 0.9) / 3)


def test_backward_transfer_is_the_last_line_minus_the_diagonal() -> None:
    assert backward_transfer(R) == pytest.approx(((0.7 - 0.9) + (0.5 - 0.8)) / 2)


def test_forward_transfer_is_the_line_before_learning_minus_the_base() -> None:
    assert forward_transfer(R, [0.0, 0.1, 0.05]) == pytest.approx(((0.2 - 0.1) + (0.3 - 0.05)) / 2)


def test_forgetting_is_from_the_best_step_on() -> None:
    assert forgotten(R).tolist() == pytest.approx([0.9 - 0.7, 0.8 - 0.5])
    assert forgetting(R) == pytest.approx(0.25)


def test_a_task_may_be_best_after_the_step_that_learnt_it() -> None:
    better_later = [[0.5, 0.0, 0.0], [0.7, 0.8, 0.0], [0.6, 0.8, 0.9]]
    assert forgotten(better_later).tolist() == pytest.approx([0.7 - 0.6, 0.0])
    assert backward_transfer(better_later) == pytest.approx(((0.6 - 0.5) + 0.0) / 2)


def test_a_score_before_the_task_was_learnt_is_no_knowledge_of_it() -> None:
    lucky = [[0.5, 0.9], [0.5, 0.6]]
    assert forgotten(lucky).tolist() == [0.0]
    known = [[0.5, 0.9, 0.0], [0.5, 0.6, 0.0], [0.5, 0.6, 0.5]]
    assert forgotten(known).tolist() == [0.0, 0.0]


def test_what_gets_better_is_forgotten_less_than_nothing() -> None:
    assert forgetting([[0.5, 0.0], [0.8, 0.9]]) == pytest.approx(-0.3)


def test_resampled_scores_keep_the_best_step_of_the_means() -> None:
    draws = np.stack([np.array(R), np.array(R) + 0.1], axis=-1)
    draws[0, 0, 1], draws[1, 0, 1] = 0.9, 1.0  # in the second draw step 2 is better by chance
    assert forgotten(draws)[0].tolist() == pytest.approx([0.9 - 0.7, 0.9 - 0.8])
    assert average(draws).tolist() == pytest.approx([0.7, 0.8])


@pytest.mark.parametrize("bad", [[[0.5]], [[0.1, 0.2]], [0.1, 0.2]])
def test_what_is_no_sequence_is_refused(bad: list[object]) -> None:
    with pytest.raises(ValueError, match="not of T ≥ 2 steps"):
        average(bad)  # type: ignore[arg-type]
