"""What is swapped is what a text mentions, in prompts and in answers, and nothing else."""

import pytest

from tests.tunesmith.behaviour.perturbing import changed, lang_of
from tunesmith.behaviour.answer import Answer
from tunesmith.behaviour.change import carried
from tunesmith.behaviour.perturbations.mentions import mentions, swapped


@pytest.mark.parametrize(
    ("name", "text", "stays"),
    [
        ("numbers", "Order 12, code 512-12, opens 12:30, costs 12.5.", "512-12, opens 12:30"),
        ("numbers", "订单12，12月到货，B12，共12元。", "12月到货，B12"),
        ("numbers", "I ordered 7 at 7 pm.", "at 7 pm."),
        ("names", "I'm Mary. I live in 5 Mary Road.", "I live in 5 Mary Road."),
        ("names", "我叫高强，要高强度的。", "，要高强度的。"),
        ("places", "Is the bath in Bath?", "Is the bath in "),
        ("places", "From York to New York, York!", " to New York, "),
        ("places", "长沙的长沙发，没有完成都不行", "的长沙发，没有完成都不行"),
        ("places", "湖南京山路，去南京", "湖南京山路，去"),
    ],
)
def test_what_is_only_written_the_same_way_stays(name: str, text: str, stays: str) -> None:
    lang = lang_of(text)
    for seed in range(20):
        made = changed(name, text, lang, seed)
        assert made is not None and made.swaps
        assert stays in made.text
        assert len(made.swaps) == 1
        assert made.text != text


def test_each_mention_becomes_the_same() -> None:
    made = changed("numbers", "订单12和12号，不是512", "zh")
    assert made is not None
    new = dict(made.swaps)
    assert made.text == f"订单{new['12']}和{new['12']}号，不是{new['512']}"


@pytest.mark.parametrize(
    ("answer", "swaps", "made"),
    [
        ("订单12将于12月送达", [("12", "47")], "订单47将于12月送达"),
        ("Order 12 costs 12.50.", [("12", "47")], "Order 47 costs 12.50."),
        ("Order **12** (B-12).", [("12", "47")], "Order **47** (B-12)."),
        ("A bath in Bath", [("Bath", "Leeds")], "A bath in Leeds"),
        ("a trip to bath", [("Bath", "Leeds")], "a trip to Leeds"),
        ("Mary, 5 Mary Road", [("Mary", "Ruth")], "Ruth, 5 Mary Road"),
        ("长沙店有长沙发", [("长沙", "北京")], "北京店有长沙发"),
        ("Ann asks Bo", [("Ann", "Bo"), ("Bo", "Ann")], "Bo asks Ann"),
        ("İda and Alice", [("Alice", "Bo")], "İda and Bo"),
        ("ALICE", [("Alice", "Bo")], "Bo"),
        ("订单123", [], "订单123"),
    ],
)
def test_an_answer_is_swapped_where_it_mentions_the_same(
    answer: str, swaps: list[tuple[str, str]], made: str
) -> None:
    assert swapped(answer, swaps) == made


def test_a_month_is_no_order_that_is_still_mentioned() -> None:
    assert not list(carried(Answer("订单47将于12月送达"), [("12", "47")]))
    assert not mentions("take a bath. In Leeds.", "Bath")
    assert list(carried(Answer("订单12"), [("12", "47")])) == [
        'it lacks "47"',
        'it still says "12"',
    ]


@pytest.mark.parametrize("answer", ["alıce", "ALİCE", "ſusan", "straße"])
def test_letters_of_unusual_case_stop_nothing(answer: str) -> None:
    assert swapped(answer, [("Alice", "Bo"), ("Susan", "Bo"), ("Strasse", "Bo")])
