"""Slices: the named subsets of the test rows."""

import json

import pytest

from tests.evaluation import label_rows, shop_rows
from tunesmith.errors import UserError
from tunesmith.fields import ABSENT
from tunesmith.rows import to_frame, to_rows
from tunesmith.slices import slice_masks


def test_every_row_is_in_exactly_one_value_of_each_slice() -> None:
    masks = slice_masks(shop_rows(), ["lang", "meta.topic", "length", "source"])
    for values in masks.values():
        assert (sum(mask.astype(int) for mask in values.values()) == 1).all()
    assert list(masks["lang"]) == ["en", "zh"]
    assert list(masks["source"]) == ["shop_en.jsonl", "shop_zh.jsonl"]
    assert list(masks["length"]) == ["short", "medium", "long"]


def test_labels_of_a_classification_are_slices() -> None:
    masks = slice_masks(label_rows(), ["label"])["label"]
    assert {value: int(mask.sum()) for value, mask in masks.items()} == {
        "hours": 20,
        "order": 20,
        "refund": 20,
    }


def test_rows_without_the_column_form_a_slice_of_their_own() -> None:
    rows = to_rows(shop_rows(10))
    rows[0]["meta"] = None
    rows[1]["meta"] = json.dumps({"topic": ["a", 1]})
    masks = slice_masks(to_frame(rows), ["meta.topic"])["meta.topic"]
    assert masks[ABSENT].sum() == 1
    assert masks['["a", 1]'].sum() == 1


def test_what_a_question_holds_is_a_slice_in_both_languages() -> None:
    rows = to_rows(shop_rows(4))
    asked = ("Do not send it.", "不要寄第3单。", "Send order 17.", "寄出吧。")
    for row, text in zip(rows, asked, strict=True):
        row["prompt"] = [{"role": "user", "content": text}]
    found = slice_masks(to_frame(rows), ["negation", "numbers"])
    assert found["negation"]["yes"].tolist() == [True, True, False, False]
    assert found["numbers"]["yes"].tolist() == [False, True, True, False]


def test_an_unknown_slice_names_the_known_ones() -> None:
    with pytest.raises(UserError, match=r'no slice "topic"; known: .*lang.*meta\.topic'):
        slice_masks(shop_rows(), ["topic"])


def test_a_column_that_no_row_has_is_named() -> None:
    with pytest.raises(UserError, match=r'"meta\.colour": no test row has it; known: meta\.topic'):
        slice_masks(shop_rows(), ["meta.colour"])


def test_a_column_that_tells_all_rows_apart_is_no_slice() -> None:
    rows = to_rows(shop_rows(250))
    for number, row in enumerate(rows):
        row["meta"] = json.dumps({"order": number})
    with pytest.raises(UserError, match="250 values"):
        slice_masks(to_frame(rows), ["meta.order"])


def test_rows_of_one_length_are_all_short() -> None:
    rows = to_rows(shop_rows(9))
    for row in rows:
        row["prompt"] = [{"role": "user", "content": "same"}]
    masks = slice_masks(to_frame(rows), ["length"])["length"]
    assert list(masks) == ["short"]
