"""Splitting: no row is lost, no group and no question is on two sides, growth moves nothing."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.plain_rows import plain_chat
from tunesmith.errors import UserError
from tunesmith.rows import Row
from tunesmith.splitting import SplitParams
from tunesmith.splitting.split import Splits, split_rows

SIDES = ("train", "validation", "test")
WORDS = ["apple", "river", "window", "carpet", "engine", "pepper", "violin", "marble", "ticket"]


def question(number: int) -> str:
    """Return a text that is near no other number's."""
    return " ".join(WORDS[(number // 9**k) % 9] + str(number) for k in range(6))


def alone(number: int, **more: Any) -> Row:
    return plain_chat(number, question(number), "yes", **more)


def split(rows: list[Row], frozen: set[str] | None = None, seed: int = 0, **dials: Any) -> Splits:
    params = SplitParams(**{"validation_ratio": 0.3, "test_ratio": 0.2, **dials})
    return split_rows(rows, frozen or set(), params, seed)


def side_of(splits: Splits) -> dict[str, str]:
    return {
        **{row["id"]: side for side in SIDES for row in getattr(splits, side)},
        **{row["id"]: "dropped" for row in splits.dropped},
    }


@st.composite
def tables(draw: st.DrawFn) -> list[Row]:
    """Rows, some of one group, some with a split of their own, some that repeat a question."""
    numbers = draw(st.lists(st.integers(0, 400), unique=True, min_size=1, max_size=30))
    rows = []
    for number in numbers:
        group = draw(st.sampled_from([None, None, "a", "b", "c"]))
        own = draw(st.sampled_from([None, None, None, *SIDES]))
        asked = draw(st.sampled_from([number, number, 1, 2]))
        rows.append(plain_chat(number, question(asked), "yes", group=group, split=own))
    return rows


@given(tables(), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_every_row_is_on_one_side_or_dropped_with_a_reason(rows: list[Row], seed: int) -> None:
    splits = split(rows, seed=seed)
    places = [row["id"] for side in (*SIDES, "dropped") for row in getattr(splits, side)]
    assert sorted(places) == sorted(row["id"] for row in rows)
    assert len(splits.drops) == len(splits.dropped)
    assert all(drop.reason and drop.detail for drop in splits.drops)
    assert splits.summary["dropped"] + sum(
        part["rows"] for part in splits.summary["splits"].values()
    ) == len(rows)


@given(tables(), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_no_group_and_no_question_is_on_two_sides(rows: list[Row], seed: int) -> None:
    splits = split(rows, seed=seed)
    for key in ("group", "question"):
        homes: dict[str, set[str]] = {}
        for side in SIDES:
            for row in getattr(splits, side):
                value = row["group"] if key == "group" else row["prompt"][0]["content"]
                if value is not None:
                    homes.setdefault(value, set()).add(side)
        assert all(len(home) == 1 for home in homes.values())


@given(tables(), st.integers(0, 30))
@settings(max_examples=60, deadline=None)
def test_new_rows_never_move_an_old_one(rows: list[Row], known: int) -> None:
    before, after = side_of(split(rows[:known])), side_of(split(rows))
    for id_, side in before.items():
        assert after[id_] in {side, "dropped"}


def test_a_dropped_row_does_not_come_back_when_its_twin_is_dropped_too() -> None:
    train, twin = (plain_chat(s, question(5), "yes", split=s) for s in SIDES[:2])
    assert side_of(split([train, twin]))["row-train"] == "dropped"
    chain = plain_chat("t", "no twin", "yes", group="g", split="test")
    linked = {**twin, "group": "g"}
    after = side_of(split([train, linked, chain]))
    assert after == {"row-train": "dropped", "row-validation": "dropped", "row-t": "test"}


@given(tables())
@settings(max_examples=30, deadline=None)
def test_the_order_of_the_rows_does_not_matter(rows: list[Row]) -> None:
    assert side_of(split(rows)) == side_of(split(rows[::-1]))


def test_rows_keep_their_order_and_their_content() -> None:
    rows = [alone(i) for i in range(50)]
    splits = split(rows)
    for side in SIDES:
        kept = getattr(splits, side)
        assert kept == [
            {**row, "split": side} for row in rows if row["id"] in {r["id"] for r in kept}
        ]
    assert all(row["split"] is None for row in rows)


def test_the_ratios_hold_for_many_rows() -> None:
    splits = split([alone(i) for i in range(2000)])
    assert len(splits.validation) == pytest.approx(600, abs=60)
    assert len(splits.test) == pytest.approx(400, abs=60)


def test_another_seed_splits_otherwise() -> None:
    rows = [alone(i) for i in range(60)]
    assert side_of(split(rows, seed=0)) != side_of(split(rows, seed=1))


def test_what_the_source_set_is_kept() -> None:
    rows = [alone(i, split=SIDES[i % 3]) for i in range(30)]
    assert side_of(split(rows)) == {row["id"]: row["split"] for row in rows}


def test_a_prompt_without_an_answer_is_train_unless_it_asks_what_is_measured() -> None:
    asked = [alone(n, task="prompt", completion=None) for n in range(40)]
    known = [alone(n) for n in range(100, 140)]
    repeated = plain_chat(200, question(3), "yes", split="test")
    sides = side_of(split([*asked, *known, repeated]))
    assert {sides[row["id"]] for row in asked if row is not asked[3]} == {"train"}
    assert sides[asked[3]["id"]] == "dropped"
    assert {sides[row["id"]] for row in known} == {*SIDES}


def test_a_split_that_is_none_is_named_with_its_row() -> None:
    with pytest.raises(UserError, match=r"toy\.jsonl:7: split 'dev' is none of train, validation"):
        split([alone(7, split="dev")])


def test_frozen_ids_are_test_whatever_their_source_says_and_close_the_test_split() -> None:
    rows = [alone(i, split="train" if i == 0 else None) for i in range(60)]
    splits = split(rows, frozen={"row-0", "row-1", "gone"})
    assert {row["id"] for row in splits.test} == {"row-0", "row-1"}
    assert splits.summary["frozen"] == {"found": 2, "missing": ["gone"], "test_is_closed": True}


def test_freezing_what_was_test_moves_no_row() -> None:
    rows = [alone(i) for i in range(60)]
    before = split(rows)
    assert side_of(split(rows, frozen={row["id"] for row in before.test})) == side_of(before)


def test_a_train_row_that_repeats_a_test_row_is_dropped_and_the_test_row_stays() -> None:
    test = plain_chat("t", "Where is order 48213 with the lamp?", "Here.", split="test")
    copy = plain_chat("c", "where is order 48213 with the lamp", "There.", split="train")
    other = plain_chat("o", "Where is order 48214 with the lamp?", "Here.", split="train")
    splits = split([copy, test, other])
    assert side_of(splits) == {"row-t": "test", "row-c": "dropped", "row-o": "train"}
    assert splits.drops[0].reason == "repeats_test"
    assert splits.drops[0].detail == "toy.jsonl:t (1.000)"
    assert splits.summary["dropped_by_reason"] == {"repeats_test": 1}


def test_a_chinese_train_row_that_repeats_a_validation_row_is_dropped() -> None:
    held = plain_chat("v", "请问订单48213什么时候能到？", "明天。", split="validation", lang="zh")
    copy = plain_chat("c", "请问订单４８２１３什么时候能到", "明天。", split="train", lang="zh")
    splits = split([held, copy])
    assert [drop.reason for drop in splits.drops] == ["repeats_validation"]
    assert splits.summary["splits"]["validation"]["lang"] == {"zh": 1}


def test_a_train_row_of_a_group_with_a_test_row_is_dropped() -> None:
    rows = [alone(1, group="talk", split="test"), alone(2, group="talk", split="train")]
    splits = split(rows)
    assert side_of(splits) == {"row-1": "test", "row-2": "dropped"}
    assert splits.drops[0].reason == "group_in_test"


def test_with_stratify_the_ratios_hold_in_every_value() -> None:
    rows = [alone(i, label="rare" if i % 10 == 0 else "usual") for i in range(200)]
    splits = split(rows, stratify="label")
    for label, size in (("rare", 20), ("usual", 180)):
        counts = {s: sum(r["label"] == label for r in getattr(splits, s)) for s in SIDES}
        assert counts == {"test": size // 5, "validation": size * 3 // 10, "train": size // 2}


def test_with_stratify_groups_stay_whole() -> None:
    rows = [alone(i, label="a" if i % 2 else "b", group=f"g{i // 4}") for i in range(80)]
    splits = split(rows, stratify="label")
    homes = {r["group"]: s for s in SIDES for r in getattr(splits, s)}
    assert not splits.dropped
    assert all(homes[r["group"]] == s for s in SIDES for r in getattr(splits, s))


@pytest.mark.parametrize(
    ("dials", "reason"),
    [
        ({"validation_ratio": 0.6, "test_ratio": 0.4}, "must stay below 1"),
        ({"stratify": "colour"}, 'no field "colour"; known: task, label'),
        ({"near_duplicate_similarity": 0.2}, "greater than or equal to 0.5"),
        ({"ratio": 0.2}, 'unknown key "ratio"'),
    ],
)
def test_a_wrong_dial_is_refused(dials: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        SplitParams(**dials)


def test_a_rule_holds_a_set_out_of_train_whatever_the_source_says() -> None:
    rows = [
        alone(i, meta='{"domain": "law"}' if i < 4 else '{"domain": "shop"}', split=own)
        for i, own in enumerate([None, "train", "validation", "test", None, "train"])
    ]
    splits = split(rows, ood={"law": {"meta.domain": "law"}}, frozen={"row-3"})
    assert [(row["id"], row["split"]) for row in splits.ood] == [
        (f"row-{i}", "ood:law") for i in range(3)
    ]
    assert [row["id"] for row in splits.test] == ["row-3"]  # frozen, so it stays
    assert splits.summary["ood"] == {"law": {"rows": 3, "lang": {"en": 3}}}


def test_a_source_names_its_own_out_of_distribution_set() -> None:
    rows = [alone(i, split="ood:reviews-2" if i < 2 else None) for i in range(30)]
    splits = split(rows)
    assert [row["id"] for row in splits.ood] == ["row-0", "row-1"]
    assert splits.summary["ood"]["reviews-2"]["rows"] == 2


def test_train_and_validation_give_way_to_an_out_of_distribution_row_and_test_does_not() -> None:
    far = plain_chat("far", "Where is order 48213 with the lamp?", "Here.", split="ood:x")
    twins = [
        plain_chat(side, "where is order 48213 with the lamp", "No.", split=side) for side in SIDES
    ]
    splits = split([far, *twins])
    assert [(drop.reason, drop.detail[:10]) for drop in splits.drops] == [
        ("repeats_test", "toy.jsonl:"),
        ("repeats_test", "toy.jsonl:"),
    ]
    splits = split([far, *twins[:2], alone(9, group="g", split="ood:x"), alone(8, group="g")])
    assert [drop.reason for drop in splits.drops][:2] == ["repeats_ood", "repeats_ood"]
    assert [row["id"] for row in split([far, twins[2]]).ood] == ["row-far"]


def test_a_group_with_an_out_of_distribution_row_is_not_trained() -> None:
    splits = split([alone(1, group="g", split="ood:x"), alone(2, group="g", split="train")])
    assert [drop.reason for drop in splits.drops] == ["group_in_ood"]


def test_with_several_fields_the_ratios_hold_in_every_combination() -> None:
    rows = [alone(i, label="ab"[i % 2], lang=("en", "zh")[i % 4 // 2]) for i in range(400)]
    splits = split(rows, stratify=["label", "lang"])
    for label in "ab":
        for lang in ("en", "zh"):
            held = [r for r in splits.test if (r["label"], r["lang"]) == (label, lang)]
            assert len(held) == 20


def test_many_small_strata_give_their_ratio_together() -> None:
    rows = [alone(i, label=str(i // 2)) for i in range(1200)]
    splits = split(rows, stratify="label", validation_ratio=0.1, test_ratio=0.1)
    assert len(splits.test) == pytest.approx(120, abs=30)
    assert len(splits.validation) == pytest.approx(120, abs=30)


@pytest.mark.parametrize(
    ("sets", "reason"),
    [
        ({"law": {}}, 'set "law" needs a condition'),
        ({"a b": {"lang": "en"}}, "letters, figures"),
        ({"law": {"colour": "red"}}, 'no field "colour"'),
    ],
)
def test_a_rule_that_says_nothing_is_refused(sets: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        SplitParams(ood=sets)
