"""One line: what it holds, what it refuses, and what it says by model."""

import pytest
from pydantic import ValidationError

from tests.judging import comparison, rating
from tunesmith.errors import UserError
from tunesmith.human.rating import checked_annotator, checked_criteria


def test_a_choice_of_a_side_is_a_choice_of_the_model_that_stood_there() -> None:
    one = rating(comparison(0), "ann", "first")
    assert one.preferred == "candidate"
    assert one.model_copy(update={"left": "base"}).preferred == "base"
    assert rating(comparison(0), "ann", "tie").preferred is None
    assert rating(comparison(0), "ann", "both_bad").preferred is None


def test_points_of_a_side_are_points_of_the_model_that_stood_there() -> None:
    one = rating(comparison(0), "ann", "tie", ratings={"fluency": {"left": 4, "right": 2}})
    assert [one.points("fluency", model) for model in ("candidate", "base")] == [4, 2]
    turned = one.model_copy(update={"left": "base"})
    assert [turned.points("fluency", model) for model in ("candidate", "base")] == [2, 4]
    assert one.points("tone", "base") is None


@pytest.mark.parametrize(
    "change",
    [
        {"ratings": {"fluency": {"left": 6}}},
        {"ratings": {"fluency": {"left": True}}},
        {"ratings": {"fluency": {"middle": 3}}},
        {"comment": "x" * 2001},
        {"colour": "red"},
    ],
)
def test_a_line_with_what_does_not_belong_there_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        rating(comparison(0), "ann", "tie", **change)


def test_a_line_says_which_of_the_two_stood_on_the_left() -> None:
    good = rating(comparison(0), "ann", "tie").model_dump()
    with pytest.raises(ValidationError, match="neither of the two models"):
        type(rating(comparison(0), "ann", "tie")).model_validate({**good, "left": "champion"})


@pytest.mark.parametrize("name", ["ann", "王芳", "a-b_2", "9"])
def test_people_have_names_in_either_language(name: str) -> None:
    assert checked_annotator(name) == name


@pytest.mark.parametrize("name", ["", "Ann", "../x", "a/b", "a.b", "-a", "a" * 33, "a\n", "a b"])
def test_a_name_that_could_leave_the_folder_or_collide_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="small letters"):
        checked_annotator(name)


def test_criteria_are_names_and_differ() -> None:
    assert checked_criteria(("tone", "准确")) == ("tone", "准确")
    with pytest.raises(UserError, match="small letters"):
        checked_criteria(("Tone of voice",))
    with pytest.raises(UserError, match="twice"):
        checked_criteria(("tone", "tone"))
