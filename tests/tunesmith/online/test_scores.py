"""Scores before they are learnt from."""

from tunesmith.online.scores import shaped


def test_they_are_scaled_then_clipped_then_an_answer_without_an_end_pays() -> None:
    found = shaped([1.0, 9.0, -9.0, 1.0], [True, True, True, False], 2.0, 5.0, 1.5)
    assert found == [2.0, 5.0, -5.0, 0.5]


def test_without_a_clip_any_size_is_left() -> None:
    assert shaped([1e9], [True], 1.0, None, 1.0) == [1e9]
