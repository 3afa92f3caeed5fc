"""Scores before they are learnt from."""

import math

import pytest

from tunesmith.errors import UserError
from tunesmith.online.scores import refuse_broken, shaped


def test_they_are_scaled_then_clipped_then_an_answer_without_an_end_pays() -> None:
    found = shaped([1.0, 9.0, -9.0, 1.0], [True, True, True, False], 2.0, 5.0, 1.5)
    assert found == [2.0, 5.0, -5.0, 0.5]


def test_without_a_clip_any_size_is_left() -> None:
    assert shaped([1e9], [True], 1.0, None, 1.0) == [1e9]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_score_that_is_no_number_is_named(bad: float) -> None:
    with pytest.raises(UserError, match=rf"length is {bad} for 1 of 2 answers at step 7, first.* 2"):
        refuse_broken([1.0, bad], "length", 7)
