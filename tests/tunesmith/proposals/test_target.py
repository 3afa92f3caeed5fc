"""Which slices are mended, what their failures are, and what each may cost."""

from typing import Any

import numpy as np
import pytest

from tests.evaluation import predictions, shop_rows
from tunesmith.analysis.cases import build_cases
from tunesmith.analysis.ranked import WeakSlice
from tunesmith.evaluation.tables import ANSWERED, SCORED
from tunesmith.proposals.target import targets
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
    assert (one.name, one.quota) == ("meta.topic=refund", 9)
    assert [one.holds(row) for row in TRAIN[:4]] == [False, False, True, True]
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
    assert (one.name, one.quota, one.holds(TRAIN[0])) == ("overall", 5, None)
    assert len(one.failures) == int(cases()["wrong"].sum())


def test_a_model_without_failures_needs_nothing() -> None:
    assert targets(cases().assign(wrong=False), [weak("lang=zh")], TRAIN, 5) == []


def test_a_weak_slice_whose_failures_are_none_is_left_out() -> None:
    nothing = weak("lang=zh")._replace(mask=np.zeros(80, dtype=bool))
    assert [one.name for one in targets(cases(), [nothing], TRAIN, 5)] == ["overall"]
