"""Which slices are mended, what their failures are, and what each may cost."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.evaluation import predictions, shop_rows
from tunesmith.analysis.cases import build_cases
from tunesmith.analysis.ranked import Ranked, WeakSlice
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


def ranked(*weak: WeakSlice, explained: Sequence[WeakSlice] = ()) -> Ranked:
    return Ranked(pd.DataFrame(), list(weak), list(explained))


def test_a_slice_has_the_failures_of_its_rows_only_in_both_languages() -> None:
    [one] = targets(cases(), ranked(weak("meta.topic=refund")), TRAIN, 9)
    assert (one.name, one.quota) == ("meta.topic=refund", 9)
    assert [one.holds(row) for row in TRAIN[:4]] == [False, False, True, True]
    assert all("efund" in text or "退款" in text for text in one.failures)
    assert one.langs.keys() == {"en", "zh"}
    assert sum(one.langs.values()) == pytest.approx(1)
    assert one.reason == "0.500 below the rest (q = 0.010, n = 40)"


def test_slices_share_the_rows_and_none_is_over() -> None:
    two = [weak("meta.topic=refund"), weak("length=short", low=0.1)]
    first, second = targets(cases(), ranked(*two), TRAIN, 12)
    assert (first.quota, second.quota) == (9, 3)
    assert len(targets(cases(), ranked(*two, weak("lang=zh")), TRAIN, 2)) == 2


def test_without_a_weak_slice_all_failures_are_one() -> None:
    [one] = targets(cases(), ranked(), TRAIN, 5)
    assert (one.name, one.quota, one.holds(TRAIN[0])) == ("overall", 5, None)
    assert len(one.failures) == int(cases()["wrong"].sum())


def test_a_model_without_failures_needs_nothing() -> None:
    assert targets(cases().assign(wrong=False), ranked(weak("lang=zh")), TRAIN, 5) == []


def test_a_weak_slice_whose_failures_are_none_is_left_out() -> None:
    nothing = weak("lang=zh")._replace(mask=np.zeros(80, dtype=bool))
    assert [one.name for one in targets(cases(), ranked(nothing), TRAIN, 5)] == ["overall"]


FEW = [row for row in TRAIN if row["meta"].find("refund") < 0] + [
    row for row in TRAIN if "refund" in row["meta"]
][:2]


def test_a_round_is_for_the_slices_of_which_train_has_few_rows() -> None:
    dear, starved = weak("length=short", low=0.9), weak("meta.topic=refund", low=0.1)
    plain = [one.quota for one in targets(cases(), ranked(dear, starved), TRAIN, 20)]
    assert plain == [17, 3], "by cost, where train has as many of it as of others"
    first, second = targets(cases(), ranked(dear, starved), FEW, 20)
    assert (first.name, first.quota, first.is_scarce) == ("meta.topic=refund", 20, True)
    assert (second.name, second.quota, second.is_scarce) == ("length=short", 0, False)
    assert first.reason.endswith(f"; train has 2 rows of it, of {len(FEW)}")


def test_a_starved_slice_is_mended_even_if_a_wider_one_explains_it() -> None:
    wide, starved = weak("length=short"), weak("meta.topic=refund")
    found = targets(cases(), ranked(wide, explained=[starved]), FEW, 20)
    assert [one.name for one in found] == ["meta.topic=refund", "length=short"]
    found = targets(cases(), ranked(wide, explained=[starved]), TRAIN, 20)
    assert [one.name for one in found] == ["length=short"]
