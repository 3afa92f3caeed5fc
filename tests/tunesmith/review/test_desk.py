"""The work at the page: decisions are written at once, windows do not write over one another."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.plain_rows import plain_chat, plain_label, write_plain
from tests.reviewing import ALL, CHINESE, ENGLISH, LABELLED, UNANSWERED, chat, ident, proposals
from tunesmith.errors import UserError
from tunesmith.local_page.server import ConflictError, RefusedError
from tunesmith.review.desk import Desk
from tunesmith.review.messages import NewRow, Wish
from tunesmith.review.parents import read_parents


@pytest.fixture
def decisions(tmp_path: Path) -> Path:
    return tmp_path / "data/reviews/decisions.jsonl"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "data/written/rows.jsonl"


@pytest.fixture
def desk(tmp_path: Path, decisions: Path, written: Path) -> Desk:
    known = proposals(tmp_path)
    table = tmp_path / "train.parquet"
    write_plain(
        table,
        [
            plain_chat(0, "Where is parcel 1?", "On its way."),
            plain_label(4, "my parcel broke", "complaint"),
            plain_label(9, "nobody asks for this row", "praise"),
        ],
    )
    parents = read_parents([tmp_path / "none.parquet", table], known)
    assert set(parents) == {"row-0", "row-4"}
    return Desk(known, parents, decisions, written, "王芳")


def wish(line: dict[str, Any], decision: str, known: int = 0, **more: Any) -> Wish:
    said = {"proposal": ident(line), "decision": decision, "known": known, **more}
    return Wish.model_validate(said)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(one) for one in path.read_text(encoding="utf-8").splitlines()]


def item(desk: Desk, line: dict[str, Any]) -> Any:
    return next(one for one in desk.state()["items"] if one["id"] == ident(line))


def test_looking_alone_writes_no_file(desk: Desk, decisions: Path, written: Path) -> None:
    assert desk.state()["open"] == len(ALL)
    assert not decisions.exists()
    assert not written.exists()


def test_a_decision_is_in_the_file_when_it_is_confirmed(desk: Desk, decisions: Path) -> None:
    state = desk.decide(wish(CHINESE, "reject", note=" 太像了 "))
    assert lines(decisions) == [
        {
            "proposal": ident(CHINESE),
            "decision": "reject",
            "note": "太像了",
            "reviewer": "王芳",
        }
    ]
    assert (state["item"]["decision"], state["item"]["known"], state["rejected"]) == (
        "reject",
        1,
        1,
    )


def test_a_made_row_is_shown_beside_its_parent_with_what_differs(desk: Desk) -> None:
    prompt = item(desk, ENGLISH)["blocks"][0]
    assert prompt["now"][0]["parts"] == [("Where is ", False), ("order", True), (" 1?", False)]
    assert prompt["before"][0]["parts"][1] == ("parcel", True)
    label = item(desk, LABELLED)["blocks"][1]
    assert (label["now"][0]["parts"], label["before"][0]["parts"]) == (
        [("praise", True)],
        [("complaint", True)],
    )
    assert item(desk, LABELLED)["earlier"] == "replaces"
    assert item(desk, CHINESE)["earlier"] is None
    assert desk.state()["labels"] == ["complaint", "praise"]


def test_a_row_without_an_answer_has_a_place_for_it(desk: Desk) -> None:
    form = item(desk, UNANSWERED)["form"]
    assert list(form) == ["prompt", "completion"]
    with pytest.raises(UserError, match="this row: there is no answer"):
        desk.decide(wish(UNANSWERED, "edit", row=form))
    with pytest.raises(UserError, match="this row: there is no answer"):
        desk.decide(wish(UNANSWERED, "accept"))
    form["completion"][0]["content"] = "可以。"
    assert item(desk, UNANSWERED)["form"]["completion"][0]["content"] == ""
    state = desk.decide(wish(UNANSWERED, "edit", row=form))
    assert (state["accepted"], state["edited"]) == (1, 1)
    assert state["item"]["form"]["completion"][0]["content"] == "可以。"


def test_an_edit_that_changes_nothing_is_an_accept(desk: Desk, decisions: Path) -> None:
    desk.decide(wish(ENGLISH, "edit", row=item(desk, ENGLISH)["form"]))
    assert lines(decisions)[0]["decision"] == "accept"


def test_accepting_an_edited_row_keeps_the_edits_and_opening_it_drops_them(
    desk: Desk, decisions: Path
) -> None:
    changed = chat("", "It left today.")["completion"]
    desk.decide(wish(ENGLISH, "edit", row={"completion": changed}))
    desk.decide(wish(ENGLISH, "accept", known=1, note="good"))
    assert lines(decisions)[1]["edits"] == {"completion": changed}
    state = desk.decide(wish(ENGLISH, "open", known=2))
    assert state["item"]["decision"] is None
    assert state["item"]["form"]["completion"][0]["content"] == "On its way."


def test_a_window_that_does_not_know_of_a_decision_is_told(desk: Desk, decisions: Path) -> None:
    desk.decide(wish(ENGLISH, "accept"))
    desk.decide(wish(CHINESE, "accept"))  # another row: no conflict
    with pytest.raises(ConflictError):
        desk.decide(wish(ENGLISH, "reject"))
    assert len(lines(decisions)) == 2


def test_the_same_decision_sent_again_counts_once(desk: Desk, decisions: Path) -> None:
    for _ in range(2):
        assert desk.decide(wish(ENGLISH, "reject"))["rejected"] == 1
    assert len(lines(decisions)) == 1


def test_another_process_s_decision_is_seen(
    desk: Desk, tmp_path: Path, decisions: Path, written: Path
) -> None:
    other = Desk(proposals(tmp_path), {}, decisions, written)
    other.decide(wish(ENGLISH, "accept"))
    assert item(desk, ENGLISH)["decision"] == "accept"
    assert item(desk, ENGLISH)["by"] is None
    with pytest.raises(ConflictError):
        desk.decide(wish(ENGLISH, "reject"))


def test_what_is_not_proposed_and_what_cannot_be_edited_is_refused(desk: Desk) -> None:
    with pytest.raises(RefusedError, match="no proposal x"):
        desk.decide(Wish(proposal="x", decision="accept", known=0))
    with pytest.raises(RefusedError, match="no column split to edit"):
        desk.decide(wish(ENGLISH, "edit", row={"split": "test"}))


def test_all_that_needs_no_answer_is_accepted_at_once(desk: Desk, decisions: Path) -> None:
    desk.decide(wish(ENGLISH, "reject"))
    assert desk.accept_all() == (len(ALL) - 2, 1)
    assert desk.accept_all() == (0, 1)
    assert desk.summary() == "4 accepted (0 edited), 1 rejected, 1 open; 0 rows written"


def test_a_row_from_nothing_is_written_once_for_its_slice(desk: Desk, written: Path) -> None:
    new = NewRow(row=chat("能开发票吗？", "可以。"), slice="lang=zh")
    assert [desk.write(new)["added"] for _ in range(2)] == [True, False]
    assert lines(written) == [
        {
            **chat("能开发票吗？", "可以。"),
            "slice": "lang=zh",
            "meta": {"written_by": "王芳"},
        }
    ]
    assert desk.state()["written"][0]["slice"] == "lang=zh"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (chat("a", ""), "this row: there is no answer"),
        (chat("", "a"), "this row: the question is empty"),
        ({"task": "song"}, "this row: task 'song'; known"),
        ({**chat("a", "b"), "split": "test"}, "this row: unknown split"),
    ],
)
def test_a_new_row_that_is_none_is_not_written(
    desk: Desk, written: Path, row: dict[str, Any], says: str
) -> None:
    with pytest.raises(UserError, match=says):
        desk.write(NewRow(row=row))
    assert not written.exists()


def test_a_file_with_a_row_that_is_none_stops_the_start(
    desk: Desk, tmp_path: Path, decisions: Path, written: Path
) -> None:
    said = {"proposal": ident(UNANSWERED), "decision": "accept"}
    decisions.parent.mkdir(parents=True)
    decisions.write_text(json.dumps(said) + "\n")
    with pytest.raises(UserError, match=r"decisions\.jsonl:1: there is no answer"):
        Desk(proposals(tmp_path), {}, decisions, written)
    decisions.unlink()
    written.parent.mkdir(parents=True)
    written.write_text('{"task": "chat"}\n{}\n')
    with pytest.raises(UserError, match=r"rows\.jsonl:1: "):
        Desk(proposals(tmp_path), {}, decisions, written)
