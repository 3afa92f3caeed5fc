"""The last line of a person about a row and two models counts, whatever answers it is of."""

from tests.judging import comparison, rating
from tunesmith.human.newest import newest

FIRST, SECOND = rating(comparison(0), "ann", "first"), rating(comparison(0, "B"), "ann", "tie")


def test_of_ratings_of_other_answers_the_last_one_counts() -> None:
    assert newest([FIRST, SECOND]) == [SECOND]
    assert newest([FIRST, SECOND, FIRST]) == [FIRST]


def test_people_rows_and_models_are_apart() -> None:
    others = [
        FIRST.model_copy(update={"annotator": "ben"}),
        FIRST.model_copy(update={"row": "row-9"}),
        FIRST.model_copy(update={"second": "champion"}),
    ]
    assert newest([FIRST, *others]) == [FIRST, *others]


def test_the_order_of_the_two_models_does_not_matter() -> None:
    turned = FIRST.model_copy(update={"first": FIRST.second, "second": FIRST.first})
    assert newest([FIRST, turned]) == [turned]


def test_they_come_in_the_order_of_their_lines() -> None:
    other = rating(comparison(1), "ann", "tie")
    assert newest([FIRST, other, SECOND]) == [other, SECOND]
