"""Which slices are mended, what their failures are, and which rows a field puts into them."""

from typing import Any

import numpy as np
import pytest

from tests.evaluation import predictions, shop_rows
from tests.plain_rows import plain_chat
from tunesmith.analysis.cases import build_cases
from tunesmith.analysis.ranked import WeakSlice
from tunesmith.evaluation.tables import ANSWERED, SCORED
from tunesmith.proposals.target import Target, fields_of, targets
from tunesmith.rows import to_rows
from tunesmith.slices import slice_masks

TRAIN = to_rows(shop_rows(40, "train"))
LINE = {"shortfall": 0.5, "q": 0.01, "n": 40, "low": 0.4}


def cases() -> Any:
    rows = shop_rows(80, "validation")
    table = predictions(rows, 0.9, 1, "refund")[[*ANSWERED, *SCORED]]
    right = [row["completion"][0]["content"] for row in to_rows(rows)]
    scores = [float(a == b) for a, b in zip(table["prediction"], right, strict=True)]
    scored = table.assign(model="candidate", exact_match=scores)
    return build_cases(rows, scored, "exact_match", 1)


def weak(name: str, **line: Any) -> WeakSlice:
    mask = slice_masks(shop_rows(80), ["meta.topic"])["meta.topic"]["refund"]
    return WeakSlice({**LINE, "name": name, **line}, mask, [])


def test_a_slice_has_the_failures_of_its_rows_only_in_both_languages() -> None:
    [one] = targets(cases(), [weak("meta.topic=refund")], TRAIN, 9)
    assert (one.name, one.quota, one.fields) == ("meta.topic=refund", 9, {"meta.topic": "refund"})
    assert all("efund" in text or "退款" in text for text in one.failures)
    assert one.langs.keys() == {"en", "zh"}
    assert sum(one.langs.values()) == pytest.approx(1)
    assert one.reason == "0.500 below the rest (q = 0.010, n = 40)"


def test_slices_share_the_rows_and_none_is_over() -> None:
    two = [weak("meta.topic=refund"), weak("length=short", low=0.1)]
    first, second = targets(cases(), two, TRAIN, 12)
    assert (first.quota, second.quota) == (9, 3)
    assert len(targets(cases(), [*two, weak("lang=zh")], TRAIN, 2)) == 2


def test_without_a_weak_slice_all_failures_are_one() -> None:
    [one] = targets(cases(), [], TRAIN, 5)
    assert (one.name, one.fields, one.quota) == ("overall", {}, 5)
    assert len(one.failures) == int(cases()["wrong"].sum())


def test_a_model_without_failures_needs_nothing() -> None:
    assert targets(cases().assign(wrong=False), [weak("lang=zh")], TRAIN, 5) == []


def test_a_weak_slice_whose_failures_are_none_is_left_out() -> None:
    nothing = weak("lang=zh")._replace(mask=np.zeros(80, dtype=bool))
    assert [one.name for one in targets(cases(), [nothing], TRAIN, 5)] == ["overall"]


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("lang=zh", {"lang": "zh"}),
        ("lang=zh and meta.topic=refund", {"lang": "zh", "meta.topic": "refund"}),
        ('meta.topic=refund and prompt has "退款"', {"meta.topic": "refund"}),
        ('prompt has "退款"', {}),
        ("length=short", {}),
        ("lang=zh and prompt chars<=12", {"lang": "zh"}),
        ("meta.topic=(none)", {}),
        ("meta.topic=never seen", {}),
    ],
)
def test_fields_tell_of_a_slice_what_train_rows_have(name: str, fields: dict[str, str]) -> None:
    assert fields_of(weak(name), TRAIN) == fields


def test_a_row_is_inside_outside_or_its_fields_do_not_tell() -> None:
    both = Target("x", "why", {"lang": "zh", "meta.topic": "refund"}, [], {}, 1)
    row = plain_chat(1, "?", "!", lang="zh", meta='{"topic": "refund"}')
    assert both.holds(row) is True
    assert both.holds({**row, "meta": None}) is None
    assert both.holds({**row, "lang": "en", "meta": None}) is False
    assert both._replace(fields={}).holds(row) is None
