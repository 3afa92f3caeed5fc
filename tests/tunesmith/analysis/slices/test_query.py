"""Saved queries: a small language over rows, read here and never executed."""

from typing import Any

import pytest

from tests.plain_rows import plain_chat, plain_label
from tunesmith.analysis import AnalyzeParams
from tunesmith.analysis.slices.query import compile_query, facts_of
from tunesmith.errors import UserError

ROW = plain_chat(1, "Refund order 5 now", "Done.", meta='{"intent": "refund", "stars": 4}')
CHINESE = plain_chat(2, "我要退款", "好的。", lang="zh", meta='{"intent": "refund"}')


def holds(query: str, row: dict[str, Any] = ROW) -> bool:
    return bool(compile_query(query)(facts_of(row)))


@pytest.mark.parametrize(
    ("query", "english", "chinese"),
    [
        ("lang == 'zh'", False, True),
        ('lang != "zh" and prompt_chars > 10', True, False),
        ("lang in ['zh', 'en'] and not reference_chars >= 4", False, True),
        ("contains(prompt, 'REFUND') or contains(prompt, '退款')", True, True),
        ("not contains(prompt, '退款')", True, False),
        ("4 < prompt_chars <= 18", True, False),
        ("meta.stars >= 4", True, False),
        ("meta.stars == None", False, True),
        ("meta.stars not in (1, 2)", True, True),
        ("label == None", True, True),
        ("prompt_chars > -1", True, True),
        ("source == 'toy.jsonl'", True, True),
    ],
)
def test_a_query_holds_for_the_rows_that_it_says(query: str, english: bool, chinese: bool) -> None:
    assert (holds(query, ROW), holds(query, CHINESE)) == (english, chinese)


def test_of_a_classification_prompt_and_reference_are_text_and_label() -> None:
    row = plain_label(3, "so good", "positive")
    assert holds("reference == 'positive' and contains(prompt, 'good')", row)


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("__import__('os').system('true')", "is no known call"),
        ("().__class__.__bases__ == 1", "is no known field or value"),
        ("lang.upper() == 'ZH'", "is no known field or value"),
        ("meta.a.b == 1", "is no known field or value"),
        ("prompt_chars + 1 > 2", "`prompt_chars \\+ 1` is no known field or value; known: lang"),
        ("[x for x in prompt] == 1", "is no known field or value"),
        ("(lambda: 1) == 1", "is no known field or value"),
        ("tokens > 5", "`tokens` is no known field or value; known: lang, label"),
        ("lang", "`lang` is neither true nor false"),
        ("lang is None", "compares in a way that is not known"),
        ("'x' in prompt", "take contains"),
        ("contains(prompt)", "is no known call"),
        ("contains(prompt, 'x', n=1)", "is no known call"),
        ("contains(prompt, None)", "`contains\\(prompt, None\\)` looks for what is no text"),
        ("contains(prompt, 5)", "looks for what is no text in quotes"),
        ("contains(prompt, ['a', 'b'])", "looks for what is no text in quotes"),
        ("contains(prompt, reference)", "is no known field or value"),
        ("lang = 'zh'", "is no query"),
        ("", "is no query"),
        ("lang == b'zh'", "is no known field or value"),
        ("(" * 300 + "1" + ")" * 300, "is no query|nested too deep"),
        ("lang == 'zh' or " * 100 + "lang == 'en'", "at most 1000"),
    ],
)
def test_what_is_not_of_the_language_is_refused_by_name(query: str, part: str) -> None:
    with pytest.raises(ValueError, match=part):
        compile_query(query)


def test_a_query_of_many_parts_is_read_as_long_as_it_is_short_enough() -> None:
    assert holds("not " * 240 + "lang == 'en'")


def test_contains_holds_of_no_row_that_lacks_the_field() -> None:
    assert not holds("contains(label, 'none')")


def test_values_without_an_order_are_named() -> None:
    with pytest.raises(UserError, match=r'"meta.intent > 3": \'refund\' and 3 have no order'):
        holds("meta.intent > 3")


def test_params_name_the_query_that_cannot_be_read() -> None:
    with pytest.raises(ValueError, match=r"queries.long\n.*`chars` is no known field or value"):
        AnalyzeParams(metric="rouge_l", queries={"long": "chars > 5"})
