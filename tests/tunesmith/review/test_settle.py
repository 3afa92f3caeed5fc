"""What goes into the next round, waits, or is refused."""

from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reviewing import (
    ALL,
    CHINESE,
    ENGLISH,
    LABELLED,
    PAIR,
    TALK,
    UNANSWERED,
    chat,
    ident,
    proposals,
)
from tunesmith.errors import UserError
from tunesmith.review import Decisions, Settled, settle
from tunesmith.review.decision import Decision
from tunesmith.rows import Row


def said(line: dict[str, Any], decision: str, **more: Any) -> Decision:
    return Decision.model_validate({"proposal": ident(line), "decision": decision, **more})


def settled(tmp_path: Path, *lines: Decision, by_rule: bool = False) -> Settled:
    return settle(proposals(tmp_path), Decisions(lines, Path("decisions.jsonl")), by_rule)


def ids(rows: list[Row]) -> list[str]:
    return [row["proposal"]["id"] for row in rows]


def test_by_rule_what_needs_nobody_goes_in_and_the_rest_waits(tmp_path: Path) -> None:
    found = settled(tmp_path, by_rule=True)
    assert ids(found.accepted) == [ident(one) for one in (ENGLISH, CHINESE, PAIR, TALK)]
    assert {row["proposal"]["decision"] for row in found.accepted} == {"rule"}
    assert ids(found.open) == [ident(UNANSWERED), ident(LABELLED)]


def test_without_the_rule_everything_waits(tmp_path: Path) -> None:
    found = settled(tmp_path)
    assert ids(found.open) == [ident(one) for one in ALL]
    assert found.accepted == found.rejected == []


def test_a_person_counts_more_than_the_rule(tmp_path: Path) -> None:
    found = settled(
        tmp_path,
        said(ENGLISH, "reject", note="dull", reviewer="ann"),
        said(LABELLED, "accept"),
        by_rule=True,
    )
    assert ids(found.rejected) == [ident(ENGLISH)]
    origin = found.rejected[0]["proposal"]
    assert (origin["note"], origin["reviewer"]) == ("dull", "ann")
    assert ident(LABELLED) in ids(found.accepted)
    row = next(one for one in found.accepted if one.get("replaces"))
    assert (row["replaces"], row["label"], row["proposal"]["maker"]) == (
        "row-4",
        "praise",
        "relabel",
    )


def test_an_edit_is_laid_on_the_row_and_the_proposal_stays_as_it_was(tmp_path: Path) -> None:
    answer = chat("", "明天到。")["completion"]
    found = settled(tmp_path, said(UNANSWERED, "edit", edits={"completion": answer}))
    [row] = found.accepted
    assert row["completion"] == answer
    assert row["prompt"] == UNANSWERED["prompt"]
    assert row["proposal"]["decision"] == "edit"
    assert found.edited == 1
    assert "completion" not in UNANSWERED


def test_a_column_edited_to_nothing_is_gone_and_so_is_the_old_id(tmp_path: Path) -> None:
    known = proposals(tmp_path, {**ENGLISH, "id": "a" * 16, "group": "g"})
    lines = [said(ENGLISH, "edit", edits={"group": None})]
    [row] = settle(known, Decisions(lines, Path("d")), False).accepted
    assert not {"group", "id"} & set(row)
    lines = [said(ENGLISH, "accept")]
    [row] = settle(known, Decisions(lines, Path("d")), False).accepted
    assert row["id"] == "a" * 16


def test_the_language_follows_an_edit_unless_a_person_names_it(tmp_path: Path) -> None:
    chinese = {key: chat("订单1在哪里？", "在路上。")[key] for key in ("prompt", "completion")}
    [row] = settled(tmp_path, said(ENGLISH, "edit", edits=chinese)).accepted
    assert row["lang"] == "zh"
    named = {**chinese, "lang": "mixed"}
    [row] = settled(tmp_path, said(ENGLISH, "edit", edits=named)).accepted
    assert row["lang"] == "mixed"
    [row] = settled(tmp_path, said(ENGLISH, "edit", edits={"label": "x"})).accepted
    assert row["lang"] == "en"


@pytest.mark.parametrize(
    ("line", "edits", "says"),
    [
        (UNANSWERED, {}, "there is no answer; write one"),
        (UNANSWERED, {"completion": [{"role": "assistant", "content": " "}]}, "there is no answer"),
        (ENGLISH, {"completion": "words"}, "completion: a list of messages"),
        (LABELLED, {"label": " "}, "label: there is none"),
        (PAIR, {"chosen": PAIR["rejected"]}, "chosen and rejected are the same"),
        (TALK, {"messages": TALK["messages"][:4]}, "there is no answer"),
    ],
)
def test_a_row_that_is_none_yet_is_not_let_in(
    tmp_path: Path, line: dict[str, Any], edits: dict[str, Any], says: str
) -> None:
    decision = said(line, "edit" if edits else "accept", edits=edits)
    with pytest.raises(UserError) as error:
        settled(tmp_path, said(CHINESE, "accept"), decision)
    assert str(error.value).startswith("decisions.jsonl:2: ")
    assert says in str(error.value)
    assert ident(line) in str(error.value)


def test_a_decision_on_what_is_no_longer_proposed_is_kept_and_named(tmp_path: Path) -> None:
    found = settle(
        proposals(tmp_path, CHINESE),
        Decisions([said(ENGLISH, "accept"), said(CHINESE, "accept")], Path("d")),
        by_rule=False,
    )
    assert found.unknown == [ident(ENGLISH)]
    assert ids(found.accepted) == [ident(CHINESE)]
    assert found.summary() == (
        "1 accepted (0 edited), 0 rejected, 0 open; 1 decided earlier and no longer proposed"
    )


WORDS = st.sampled_from(["accept", "reject", "open"])
READY = [ENGLISH, CHINESE, LABELLED, PAIR, TALK]


@given(said=st.lists(st.tuples(st.sampled_from(READY), WORDS)), by_rule=st.booleans())
def test_every_proposal_is_in_exactly_one_list_in_its_order(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[dict[str, Any], str]], by_rule: bool
) -> None:
    known = proposals(tmp_path_factory.getbasetemp())
    lines = [
        Decision.model_validate({"proposal": ident(one), "decision": word}) for one, word in said
    ]
    found = settle(known, Decisions(lines, Path("d")), by_rule)
    lists = [ids(found.accepted), ids(found.open), ids(found.rejected)]
    order = [ident(one) for one in ALL]
    assert sorted(chain(*lists)) == sorted(order)
    assert all(one == sorted(one, key=order.index) for one in lists)
    assert found.unknown == []
