"""A question may ask for another row's answer only where nothing of that answer could be wrong."""

import pytest

from tunesmith.proposals.swaps import asked_as

CANCEL = ("Please cancel order 51, I am Tom Hill.", "Order 51 is cancelled, Tom Hill.")


@pytest.mark.parametrize(
    ("row", "other", "made"),
    [
        (
            CANCEL,
            ("I don't want order 82. Ada King", "Order 82 is cancelled, Ada King."),
            "Please cancel order 82, I am Ada King.",
        ),
        (
            ("请帮马磊取消订单91379。", "订单91379已经取消，马磊。"),
            ("订单95600，我叫梁思远。", "订单95600已经取消，梁思远。"),
            "请帮梁思远取消订单95600。",
        ),
        (  # what stands first in the answer may stand last in the question
            ("To York, a grey tent, how long?", "The tent to York takes 3 days."),
            ("How soon is a lamp in Bath?", "The lamp to Bath takes 5 days."),
            "To Bath, a grey lamp, how long?",
        ),
    ],
)
def test_the_question_of_one_asks_for_the_answer_of_another(
    row: tuple[str, str], other: tuple[str, str], made: str
) -> None:
    assert asked_as(*row, *other) == made


@pytest.mark.parametrize(
    ("row", "other"),
    [
        pytest.param(
            CANCEL,
            ("Refund order 82 to Ada King.", "Order 82 is refunded, Ada King."),
            id="what is done hangs on the words that would stay",
        ),
        pytest.param(
            ("I bought a mug in June 2021.", "The warranty of the mug ends in June 2022."),
            ("The tent is from May 2023.", "The warranty of the tent ends in May 2026."),
            id="the year that would stay belongs to the answer that goes",
        ),
        pytest.param(
            ("Tell Ben that the mug is sold.", "The mug is sold."),
            ("Is the tent sold?", "The tent is sold."),
            id="a name that would stay",
        ),
        pytest.param(
            ("A mug, no, two: mug and mug lid.", "The mug is on its way to you."),
            ("Where is the tent?", "The tent is on its way to you."),
            id="it cannot be told which of several is meant",
        ),
        pytest.param(
            ("Is the mug there?", "Yes, the mug is here in Bath."),
            ("Is the tent there?", "Yes, the tent is here in York."),
            id="a fact that is in no question",
        ),
        pytest.param(
            ("Where is the mug?", "The mug is here."),
            ("Do you open on Sunday?", "On Sunday we are closed all day."),
            id="two answers of two kinds",
        ),
        pytest.param(CANCEL, CANCEL, id="the same"),
        pytest.param(
            ("Where is the mug?", "The mug is here."),
            ("I ask for the mug.", "The mug is here."),
            id="the same answer: nothing would be new",
        ),
        pytest.param(
            ("Is size 4 of boot 44 there?", "Size 4 of boot 44 is there."),
            ("Is size 7 of boot 70 there?", "Size 7 of boot 70 is there."),
            id="one part lies in another",
        ),
    ],
)
def test_a_question_that_the_answer_might_not_fit_is_not_made(
    row: tuple[str, str], other: tuple[str, str]
) -> None:
    assert asked_as(*row, *other) is None


def test_a_part_of_a_word_or_a_number_is_no_part() -> None:
    row = ("Is 5 in box 55?", "5 is in the box.")
    other = ("Is 7 in box 77?", "7 is in the box.")
    assert asked_as(*row, *other) is None, "box 55 would stay"
    assert asked_as("Is 5 in a box?", "5 is in the box.", *other) == "Is 7 in a box?"


def test_a_part_is_put_where_it_stands_as_a_whole_word() -> None:
    row = ("Stores in Bath, have they S?", "Size S is in stock in Bath.")
    other = ("Is XL there in York?", "Size XL is in stock in York.")
    assert asked_as(*row, *other) == "Stores in York, have they XL?"
