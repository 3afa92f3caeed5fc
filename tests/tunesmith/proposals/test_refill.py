"""Values may go into other rows only where the answer demonstrably hangs on nothing else."""

import json
import re
from typing import Any

import pytest

from tests.plain_rows import plain_chat
from tests.tunesmith.proposals.test_makers import bench, made, target
from tunesmith.forgotten import Forgotten
from tunesmith.proposals.refill import KNOWS_MORE, UNFIT, Refill
from tunesmith.rows import Row, parents_of, prompt_text, reference_of

Pair = tuple[str, str]
CANCEL: list[Pair] = [
    ("Please cancel order 51, I am Tom Hill.", "Order 51 is cancelled, Tom Hill."),
    ("I don't want order 82. Ada King", "Order 82 is cancelled, Ada King."),
    ("Order 37 was a mistake, says Ben Reed.", "Order 37 is cancelled, Ben Reed."),
    ("Stop order 64, please. My name is Eve Lane.", "Order 64 is cancelled, Eve Lane."),
]
CODES: list[Pair] = [
    ("用CHUN20买台灯能便宜多少？", "用优惠码CHUN20买台灯可以减20%。"),
    ("我有XIA35，帐篷能用吗？", "用优惠码XIA35买帐篷可以减35%。"),
    ("买雨伞输入DONG5能省多少？", "用优惠码DONG5买雨伞可以减5%。"),
    ("水壶用优惠码YUN10打几折？", "用优惠码YUN10买水壶可以减10%。"),
]
DAYS: list[Pair] = [
    ("How soon is a lamp in Bath?", "The lamp to Bath takes 5 days."),
    ("How soon is a tent in York?", "The tent to York takes 3 days."),
    ("How soon is a mug in Ely?", "The mug to Ely takes 1 days."),
    ("How soon is a vase in Hull?", "The vase to Hull takes 2 days."),
]
PARCELS: list[Pair] = [
    ("Where is order 90?", "It is known that order 90 is on its way."),
    ("Where is order 123?", "It is known that order 123 is on its way."),
]


def rows_of(*pairs: Pair, lang: str = "en", file: str = "a.jsonl", **cells: Any) -> list[Row]:
    return [
        plain_chat(f"{file}-{k}-{asked}", asked, answer, lang=lang, source=f"{file}:{k}", **cells)
        for k, (asked, answer) in enumerate(pairs)
    ]


def said(few: list[Row], *others: Row, wanted: int = 40) -> dict[str, str]:
    goal = target(*(prompt_text(row) for row in few))
    found = made(Refill(), goal, bench([*few, *others]), wanted)
    return {prompt_text(one.row): reference_of(one.row) for one in found}


def test_values_of_one_slot_go_with_any_of_another_in_the_words_of_any_row() -> None:
    found = said(rows_of(*CANCEL))
    assert 50 < len(found) <= 4 * 4 * 4 - 4, "orders, first and last names, but for train rows"
    for question, answer in found.items():
        [(number, first, last)] = re.findall(r"^Order (\d+) is cancelled, (\w+) (\w+)\.$", answer)
        assert number in question
        assert f"{first} {last}" in question
        assert (question, answer) not in CANCEL
    ways = {re.sub(r"\d+|Tom|Ada|Ben|Eve|Hill|King|Reed|Lane", "_", one) for one in found}
    assert len(ways) == 4


def test_a_percentage_that_is_the_figures_of_the_code_goes_with_it() -> None:
    found = said(rows_of(*CODES, lang="zh"))
    assert 40 < len(found) <= 4 * 4 * 4 - 4, "letters, figures and things, but for train rows"
    for question, answer in found.items():
        [(code, figures, thing)] = re.findall("用优惠码([A-Z]+([0-9]+))买(.+)可以减", answer)
        assert code in question
        assert thing in question
        assert answer.endswith(f"可以减{figures}%。")


def test_the_letters_of_a_code_come_from_codes_of_any_language() -> None:
    english = rows_of(*(
        (f"What is {code}15 worth?", f"The code {code}15 takes something off.")
        for code in ("LARK", "HOME", "SPRING", "LUCKY")
    ))  # fmt: skip
    found = said(rows_of(*CODES, lang="zh"), *english)
    taken = {one for one in ("LARK", "HOME", "SPRING", "LUCKY") if one in "".join(found)}
    assert taken
    assert not any("LARK" in question for question in said(rows_of(*CODES, lang="zh")))


def test_figures_of_as_many_digits_come_from_rows_that_copy_them() -> None:
    parcels = rows_of(*PARCELS)
    found = said(rows_of(*CANCEL), *parcels)
    assert any(answer.startswith("Order 90 ") for answer in found.values())
    assert not any("123" in question for question in found), "of three digits"
    apart = [{**row, "source": f"b.jsonl:{k}"} for k, row in enumerate(parcels)]
    assert not any("90" in q for q in said(rows_of(*CANCEL), *apart)), "of another file"


BILLS: list[Pair] = [
    (f"请给{name}开发票，寄到{city}。", f"发票抬头是{name}，已寄往{city}。")
    for name, city in (
        ("王磊", "杭州"), ("于涛", "苏州"), ("张敏", "成都"), ("李芳", "武汉"), ("唐伟", "西安"),
    )
]  # fmt: skip
CANCEL_ZH: list[Pair] = [
    ("请帮于磊取消订单513。", "订单513已经取消，于磊。"),
    ("取消订单824！我是张涛。", "订单824已经取消，张涛。"),
    ("订单375拍错了，李敏。", "订单375已经取消，李敏。"),
    ("不要订单646了，唐芳。", "订单646已经取消，唐芳。"),
]


def test_values_come_from_slots_of_the_same_kind_only() -> None:
    few, bills = rows_of(*CANCEL_ZH, lang="zh"), rows_of(*BILLS, lang="zh", file="a.jsonl")
    bills = [{**row, "id": f"bill-{k}"} for k, row in enumerate(bills)]
    answers = "".join(said(few, *bills).values())
    assert "王磊" in answers
    assert not any(city in answers for city in ("杭州", "苏州", "成都", "武汉", "西安"))
    strangers = [
        {**row, "completion": [{"role": "assistant", "content": answer.replace("唐", "汤")}],
         "prompt": [{"role": "user", "content": asked.replace("唐", "汤")}]}
        for row, (asked, answer) in zip(bills, BILLS, strict=True)
    ]  # fmt: skip
    answers = "".join(said(few, *strangers).values())
    assert "王磊" not in answers, "of one family no one is there: it may be another kind"


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(rows_of(*DAYS), id="the days are in no question: they follow from it"),
        pytest.param(rows_of(*CANCEL[:3]), id="three rows show too little"),
        pytest.param(
            rows_of(*CANCEL[:3], ("Cancel 90 of Ada Lee.", "Order 90 is cancelled, Bo Ott.")),
            id="a row of the same sentence has a name from elsewhere",
        ),
        pytest.param(
            rows_of(*((q.replace(n, "51"), a.replace(n, "51")) for (q, a), n in
                      zip(CANCEL, ("51", "82", "51", "64"), strict=True)
                      if n != "82")),
            id="an order that never changes, and three rows",
        ),
        pytest.param(
            [row | {"label": "yes", "task": "classification"} for row in rows_of(*CANCEL)],
            id="labels",
        ),
    ],
)  # fmt: skip
def test_where_the_answer_may_hang_on_more_nothing_is_made(rows: list[Row]) -> None:
    assert said(rows) == {}


def test_it_is_counted_how_many_kinds_of_answers_know_more_than_they_were_asked() -> None:
    days = rows_of(*DAYS)
    found = Refill()(target(*(prompt_text(row) for row in days)), bench(days), 9)
    assert found.refused == {KNOWS_MORE: 1}


def test_words_that_another_row_answers_otherwise_are_not_filled() -> None:
    [other] = rows_of(("I don't want order 99. Guy Penn", "Order 99 has left already."), file="b")
    other["source"] = "a.jsonl:99"
    few = rows_of(*CANCEL)
    assert any(question.startswith("I don't want") for question in said(few))
    found = said(few, other)
    assert found
    assert not any(question.startswith("I don't want") for question in found)
    refused = Refill()(target(*(prompt_text(row) for row in few)), bench([*few, other]), 9).refused
    assert refused[UNFIT] == 1


def test_a_refilled_row_goes_with_any_row_that_it_has_a_value_of() -> None:
    few = rows_of(*CANCEL, meta=json.dumps({"intent": "cancel", "by": "phone"}))
    few[0]["meta"] = json.dumps({"intent": "cancel", "by": "mail"})
    found = made(Refill(), target(*(prompt_text(row) for row in few)), bench(few), 20)
    assert found
    for one in found:
        filled = set(re.findall(r"\w+", reference_of(one.row)))
        owners = {
            row["id"]
            for row in few
            if filled & set(re.findall(r"\d+|(?!Order)[A-Z]\w+", reference_of(row)))
        }
        assert owners <= parents_of(one.row)
        assert all(Forgotten(frozenset({owner}), frozenset()).why(one.row) for owner in owners)
        meta = json.loads(one.row["meta"])
        assert meta["intent"] == "cancel"
        assert "by" not in meta, "rows differ in it, so it may hang on a value"


def test_a_round_that_was_kept_is_followed_by_other_rows() -> None:
    few = rows_of(*CANCEL)
    goal = target(*(prompt_text(row) for row in few))
    first = [one.row for one in made(Refill(), goal, bench(few), 4)]
    after = [one.row for one in made(Refill(), goal, bench([*few, *first]), 4)]
    assert {row["id"] for row in after} - {row["id"] for row in first}
