"""What holds for every cleaner, whatever the rows."""

import copy
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from tests.tunesmith.cleaners.rows_for_tests import chat, frame, labelled
from tunesmith.cleaners import AnyCleaner, CleanParams
from tunesmith.cleaners.base import Cleaner
from tunesmith.cleaners.pii import SALT
from tunesmith.cleaners.run import run_cleaners, summary
from tunesmith.errors import UserError
from tunesmith.rows import to_rows

STEPS: list[Cleaner] = [
    TypeAdapter(AnyCleaner).validate_python(step)
    for step in (
        {"kind": "repair_text"},
        {"kind": "strip_html"},
        {"kind": "boilerplate"},
        {"kind": "repeated_edges", "min_rows": 2},
        {"kind": "length", "max_chars": 60},
        {"kind": "repetition", "min_chars": 10},
        {"kind": "symbols", "min_chars": 5},
        {"kind": "refusals", "action": "drop"},
        {"kind": "language"},
        {"kind": "pii"},
        {"kind": "pii", "phones": "possible", "action": "hash"},
        {"kind": "pii", "action": "drop"},
        {"kind": "exact_duplicates"},
        {"kind": "near_duplicates", "similarity": 0.7},
        {"kind": "decontaminate", "similarity": 0.7},
        {"kind": "label_noise", "column": "task"},
    )
]
PIECES = [
    "Where is my order 4821",
    "where is my order 4821?",
    "Hello",
    " thanks",
    "订单4821到哪了",
    "您好，",
    "<p>",
    "</p>",
    "&nbsp;",
    "&amp;lt;b&gt;",
    "a@b.com",
    "13800138123",
    "cafe\u0301",
    "\n",
    "返回顶部",
    "ＡＢ１２",
    "\u200b",
    "抱歉，我无法回答",
    "â€™",
    "è®¢å",
    "\x00",
    "",
    " ",
    "好",
    "不",
]
TEXT = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=5).map("".join)
SPLIT = st.sampled_from([None, "train", "validation", "test"])
CHAT = st.builds(chat, TEXT, TEXT, split=SPLIT)
LABELLED = st.builds(labelled, TEXT, st.sampled_from([None, "a", "b"]), split=SPLIT)
TEXTS = st.builds(labelled, TEXT, st.none(), task=st.just("text"))
ROWS = st.lists(CHAT | LABELLED | TEXTS, max_size=8).map(lambda rows: frame(*rows))
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(autouse=True, scope="module")
def salt() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SALT, "a salt for the tests")
        yield


def plain(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return copy.deepcopy(to_rows(rows))


@pytest.mark.parametrize(
    "step", STEPS, ids=lambda step: f"{step.kind}-{getattr(step, 'action', '')}"
)
@QUICK
@given(rows=ROWS)
def test_order_input_and_decisions_are_kept_and_twice_changes_nothing(
    step: Cleaner, rows: pd.DataFrame
) -> None:
    before = plain(rows)
    first = run_cleaners(rows, [step], seed=0)
    assert plain(rows) == before
    order = [row["id"] for row in before]
    kept = list(first.kept["id"])
    assert kept == [one for one in order if one in set(kept)]
    decided = {d["id"]: d["action"] for d in first.decisions}
    assert set(decided) == set(order)
    assert {one for one, action in decided.items() if action == "drop"} == set(order) - set(kept)
    again = run_cleaners(first.kept, [step], seed=0)
    assert plain(again.kept) == plain(first.kept)


@pytest.mark.parametrize(
    "step", STEPS, ids=lambda step: f"{step.kind}-{getattr(step, 'action', '')}"
)
@settings(QUICK, max_examples=10)
@given(rows=ROWS)
def test_rows_without_a_table_get_the_verdicts_of_the_table(
    step: Cleaner, rows: pd.DataFrame
) -> None:
    assert step.verdicts(rows.to_dict("records"), 0) == step(rows, 0)


@QUICK
@given(rows=ROWS)
def test_rows_are_what_pandas_makes_of_them(rows: pd.DataFrame) -> None:
    assert to_rows(rows) == rows.to_dict("records")


@QUICK
@given(rows=ROWS)
def test_the_same_rows_give_the_same_decisions_and_the_sums_agree(rows: pd.DataFrame) -> None:
    once, twice = run_cleaners(rows, STEPS, 0), run_cleaners(rows, STEPS, 0)
    assert once.decisions == twice.decisions
    counts = summary(rows, once)
    dropped = sum(sum(reasons.values()) for reasons in counts["dropped"].values())
    assert counts["rows"]["in"] == counts["rows"]["kept"] + dropped == len(rows)


def test_no_rows_give_no_rows() -> None:
    assert all(len(run_cleaners(frame(), [step], 0).kept) == 0 for step in STEPS)


def test_an_unknown_cleaner_names_the_known_ones(tmp_path: Any) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("clean:\n  steps:\n    - {kind: near_duplicate}\n")
    with pytest.raises(UserError, match=r"params\.yaml:3.*near_duplicates"):
        CleanParams.read("clean", path)
