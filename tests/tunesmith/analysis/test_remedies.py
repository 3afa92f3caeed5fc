"""What is to be done about a finding, and in which order."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.plain_rows import plain_chat
from tunesmith.analysis.clusters import chosen_encoder
from tunesmith.analysis.findings import actions, plan
from tunesmith.analysis.ranked import WeakSlice
from tunesmith.analysis.remedies import Signs, remedy
from tunesmith.rows import to_frame

SIZE = 40
MASK = np.arange(SIZE) < 10
LINE = {"name": "meta.topic=refund", "slice": "meta.topic", "value": "refund", "n": 10}
WEAK = WeakSlice({**LINE, "shortfall": 0.4, "impact": 2.0}, MASK, [])


def train(refunds: int, orders: int) -> pd.DataFrame:
    topics = ["refund"] * refunds + ["order"] * orders
    rows = [
        plain_chat(k, "?", "!", meta=json.dumps({"topic": topic})) for k, topic in enumerate(topics)
    ]
    return to_frame(rows)


def signs(**changes: Any) -> Signs:
    cases = pd.DataFrame(
        {
            "id": [f"t{k}" for k in range(SIZE)],
            "prompt": ["short"] * SIZE,
            "wrong": MASK,
            "truncated": False,
            "candidate_score": 1.0 - MASK,
        }
    )
    kinds = ["other" if wrong else "right" for wrong in MASK]
    known = Signs(cases, kinds, frozenset(), train(20, 20))
    return known._replace(**changes)


def test_a_slice_without_a_sign_of_its_cause_gets_data() -> None:
    found = remedy(WEAK, signs())
    assert found.kind == "add_data"
    assert "proposed train rows for meta.topic=refund" in found.words
    assert "0.400 below the rest, at least 2.0 rows' worth" in found.words


def test_likely_label_errors_are_looked_at_first() -> None:
    found = remedy(WEAK, signs(suspects=frozenset(["t1", "t2", "t3", "t30"])))
    assert (found.kind, found.ids) == ("relabel", ["t1", "t2", "t3"])
    assert remedy(WEAK, signs(suspects=frozenset(["t1"]))).kind == "add_data"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("endless", "stop_token"), ("empty", "stop_token"), ("format_broken", "format")],
)
def test_failures_of_one_mechanism_get_its_cure(kind: str, expected: str) -> None:
    kinds = [kind if k < 6 else "other" if k < 10 else "right" for k in range(SIZE)]
    found = remedy(WEAK, signs(kinds=kinds))
    assert found.kind == expected
    assert "6 of its 10 failures" in found.words


def test_a_value_that_train_hardly_has_is_balanced() -> None:
    found = remedy(WEAK, signs(train=train(4, 36)))
    assert found.kind == "balance"
    assert "train has 4 of 40" in found.words
    assert remedy(WEAK, signs(train=train(0, 40))).kind == "balance"
    other = WEAK._replace(line={**WEAK.line, "slice": "discovered", "value": 'prompt has "x"'})
    assert remedy(other, signs(train=train(4, 36))).kind == "add_data"


@pytest.mark.parametrize(
    ("shown", "meta"), [("true", {"urgent": True}), ("4", {"urgent": 4}), ("(none)", {})]
)
def test_values_are_counted_in_train_as_slices_show_them(shown: str, meta: dict[str, Any]) -> None:
    line = {**WEAK.line, "slice": "meta.urgent", "value": shown}

    def found(rare: int) -> str:
        metas = [meta] * rare + [{"urgent": "no"}] * (40 - rare)
        rows = [plain_chat(k, "?", "!", meta=json.dumps(one)) for k, one in enumerate(metas)]
        return remedy(WEAK._replace(line=line), signs(train=to_frame(rows))).words

    assert "train has 4 of 40" in found(4)
    assert "augment.balance" not in found(20)


def test_prompts_that_were_cut_ask_for_context_before_all_else() -> None:
    known = signs()
    cut = known.cases["wrong"].to_numpy(dtype=bool) & (np.arange(SIZE) % 2 == 0)
    found = remedy(WEAK, known._replace(cases=known.cases.assign(truncated=cut)))
    assert found.kind == "longer_context"
    assert "lost the beginning of their prompt" in found.words
    assert set(found.ids) == set(known.cases["id"][cut & WEAK.mask])


def test_the_longest_prompts_ask_for_context() -> None:
    known = signs()
    texts = ["x" * 900 if k < 5 else "short" for k in range(SIZE)]
    long = WEAK._replace(mask=np.arange(SIZE) < 5)
    cut = np.arange(SIZE) == 0
    whole = known.cases.assign(prompt=texts)
    assert remedy(long, known._replace(cases=whole)).kind == "add_data"
    found = remedy(long, known._replace(cases=whole.assign(truncated=cut)))
    assert found.kind == "longer_context"
    assert "900 characters or more" in found.words


def found_of(**changes: Any) -> dict[str, Any]:
    suspects = {"test": [], "train": [], "train_looked_at": 0}
    empty: dict[str, Any] = {"slices": [], "error_types": [], "confusions": [], "clusters": []}
    return {**empty, "label_errors": suspects, "wrong": 10, **changes}


def test_the_plan_is_ordered_by_impact_and_reading_comes_last() -> None:
    slices = [{**WEAK.line, "action": "grow", "action_kind": "add_data", "ids": []}]
    nine = {"count": 9, "mean": 0.0}
    kinds = [
        {**nine, "kind": "empty", "title": "No answer", "action": "x", "action_kind": "format"},
        {**nine, "kind": "other", "title": "Other", "action": "y", "action_kind": "read"},
    ]
    suspects = {"test": [{"id": "t3"}], "train": [{"id": "a"}], "train_looked_at": 40}
    found = found_of(slices=slices, error_types=kinds, label_errors=suspects)
    steps = plan(found, 1.0 - MASK, 1.0)
    assert [one["about"] for one in steps] == [
        "empty",
        "meta.topic=refund",
        "test",
        "train",
        "other",
    ]
    assert steps[0]["impact"] < 9
    assert steps[3]["impact"] == pytest.approx(10 / 40)
    assert steps[2]["ids"] == ["t3"]
    assert actions(steps)[0] == "No answer (9 rows): x"


def test_nothing_found_is_nothing_to_do() -> None:
    assert plan(found_of(), 1.0 - MASK, 1.0) == []


def test_the_encoder_is_for_english_only_and_for_few_failures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert chosen_encoder(["a"], "minilm")[0] == "minilm"
    monkeypatch.setattr("tunesmith.analysis.clusters.find_spec", lambda _: None)
    assert chosen_encoder(["where is it"] * 9, "auto")[1] == "the extra `encoder` is not installed"
    monkeypatch.setattr("tunesmith.analysis.clusters.find_spec", lambda _: object())
    assert chosen_encoder(["where is it"] * 9, "auto")[0] == "minilm"
    assert chosen_encoder(["where is it", "在哪里"] * 9, "auto")[0] == "characters"
    assert chosen_encoder(["where is it"] * 501, "auto") == ("characters", "more than 500 failures")
