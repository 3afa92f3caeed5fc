"""A sheet goes out, is written into, and comes back: as CSV as spreadsheets save it, and JSONL."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.reviewing import (
    ALL,
    CHINESE,
    ENGLISH,
    LABELLED,
    PAIR,
    TALK,
    chat,
    ident,
    line,
    proposals,
)
from tunesmith.errors import UserError
from tunesmith.review.decision import Decision, Decisions
from tunesmith.review.hand_in import hand_in, hand_out

Change = Callable[[list[dict[str, str]]], None]


class Sheet:
    """Proposals, their decisions, and a sheet of them."""

    def __init__(self, folder: Path, *lines: dict[str, Any], name: str = "sheet.csv") -> None:
        self.known = {one.id: one for one in proposals(folder, *lines)}
        self.decisions: list[Decision] = []
        self.path = folder / name
        hand_out(self.path, self.known, self._all())

    def _all(self) -> Decisions:
        return Decisions(self.decisions, Path("decisions.jsonl"))

    def rows(self) -> list[dict[str, str]]:
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def change(self, change: Change, **how: Any) -> None:
        rows = self.rows()
        change(rows)
        with self.path.open("w", encoding="utf-8-sig", newline="") as file:
            table = csv.DictWriter(file, list(rows[0]), **how)
            table.writeheader()
            table.writerows(rows)

    def read(self, by: str | None = None) -> list[Decision]:
        return hand_in(self.path, self.known, self._all(), by)


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    return Sheet(tmp_path)


def set_cells(number: int, **cells: str) -> Change:
    return lambda rows: rows[number].update(cells)


def test_a_sheet_that_nobody_wrote_into_decides_nothing(sheet: Sheet) -> None:
    rows = sheet.rows()
    assert [row["id"] for row in rows] == [ident(one) for one in ALL]
    assert (rows[1]["prompt"], rows[1]["answer"]) == ("订单2在哪里？", "已经寄出。")
    assert (rows[3]["prompt"], rows[3]["answer"]) == ("my parcel broke", "praise")
    assert rows[4]["rejected"] == "No idea."
    assert sheet.read() == []


def test_words_of_both_languages_decide(sheet: Sheet) -> None:
    for number, word in enumerate(["Accept ", "拒绝", "", "接受", "reject", "待定"]):
        sheet.change(set_cells(number, decision=word))
    found = sheet.read("王芳")
    assert [(one.proposal, one.decision) for one in found] == [
        (ident(ENGLISH), "accept"),
        (ident(CHINESE), "reject"),
        (ident(LABELLED), "accept"),
        (ident(PAIR), "reject"),
    ]
    assert {one.reviewer for one in found} == {"王芳"}


def test_changed_texts_are_an_edit(sheet: Sheet) -> None:
    sheet.change(set_cells(2, decision="edit", answer="七天内可以。", note="问过客服"))
    sheet.change(set_cells(3, decision="accept", answer="complaint"))
    answer, label = sheet.read()
    assert answer.edits == {"completion": [{"role": "assistant", "content": "七天内可以。"}]}
    assert answer.note == "问过客服"
    assert (label.decision, label.edits) == ("edit", {"label": "complaint"})


def test_a_conversation_is_edited_as_json(sheet: Sheet) -> None:
    turns = json.loads(sheet.rows()[5]["prompt"])
    turns[-1]["content"] = "后天到。"
    sheet.change(set_cells(5, decision="edit", prompt=json.dumps(turns, ensure_ascii=False)))
    [found] = sheet.read()
    assert found.edits["messages"][-1]["content"] == "后天到。"
    assert found.edits["messages"][:-1] == TALK["messages"][:-1]


@pytest.mark.parametrize(
    "how", [{"delimiter": ";"}, {"delimiter": "\t"}, {"quoting": csv.QUOTE_ALL}]
)
def test_what_spreadsheets_make_of_a_file_changes_nothing(
    tmp_path: Path, how: dict[str, Any]
) -> None:
    sheet = Sheet(tmp_path, line(chat("a\nb", "- one\n- two; three, four ")), ENGLISH)

    def as_saved(rows: list[dict[str, str]]) -> None:
        rows.reverse()
        rows[1]["prompt"] = rows[1]["prompt"].replace("\n", "\r\n")

    sheet.change(as_saved, **how)
    assert sheet.read() == []


@pytest.mark.parametrize(
    "answer", ["=1+1", "+1", "-1", "@x", "'=1", "'tis", "''", '=HYPERLINK("x")']
)
def test_no_cell_is_a_formula_and_every_text_comes_back(tmp_path: Path, answer: str) -> None:
    sheet = Sheet(tmp_path, line(chat("a", answer), reason=answer), ENGLISH)
    for cells in sheet.rows():
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells.values())
    sheet.change(set_cells(0, decision="accept"))
    assert [(one.decision, one.edits) for one in sheet.read()] == [("accept", {})]


def test_json_lines_go_out_and_come_back(tmp_path: Path) -> None:
    sheet = Sheet(tmp_path, name="sheet.jsonl")
    lines = [json.loads(one) for one in sheet.path.read_text("utf-8").splitlines()]
    lines[0]["decision"] = "reject"
    sheet.path.write_text("\n".join(json.dumps(one) for one in lines))
    assert [one.decision for one in sheet.read()] == ["reject"]


def test_an_earlier_decision_is_shown_kept_and_can_be_taken_back(sheet: Sheet) -> None:
    sheet.change(set_cells(1, decision="edit", answer="寄出了。", note="n"))
    sheet.decisions += sheet.read()
    sheet.path.unlink()
    hand_out(sheet.path, sheet.known, sheet._all())
    row = sheet.rows()[1]
    assert (row["decision"], row["answer"], row["note"]) == ("edit", "寄出了。", "n")
    assert sheet.read() == []
    sheet.change(set_cells(1, decision=""))
    with pytest.raises(UserError, match=r"sheet.csv:\d+: "):
        sheet.change(set_cells(1, answer="x"))
        sheet.read()
    sheet.change(set_cells(1, answer="寄出了。"))
    assert [one.decision for one in sheet.read()] == ["open"]


def test_what_was_decided_elsewhere_meanwhile_is_not_written_over(sheet: Sheet) -> None:
    other = {"proposal": ident(ENGLISH), "decision": "reject"}
    sheet.decisions.append(Decision.model_validate(other))
    assert sheet.read() == []
    sheet.change(set_cells(0, decision="accept"))
    with pytest.raises(UserError, match=r"sheet\.csv:2: .* was decided on elsewhere"):
        sheet.read()


@pytest.mark.parametrize(
    ("number", "cells", "says"),
    [
        (0, {"decision": "yes"}, ":2: decision 'yes'; known: 接受"),
        (0, {"answer": "x"}, ":2: the texts were changed and decision is open; write edit"),
        (0, {"decision": "reject", "answer": "x"}, "decision is reject; write edit"),
        (0, {"decision": "edit"}, ":2: decision is edit and no text was changed"),
        (0, {"decision": "edit", "rejected": "x"}, ":2: rejected: a row of task chat has none"),
        (0, {"decision": "accept", "note": "x" * 2001}, ":2: note: 2,001 characters"),
        (2, {"decision": "accept"}, ":4: there is no answer; write one"),
        (3, {"decision": "edit", "answer": ""}, ":5: label: there is none"),
        (4, {"decision": "edit", "answer": "No idea."}, ":6: chosen and rejected are the same"),
        (5, {"decision": "edit", "prompt": "hi"}, ":7: prompt: not JSON"),
        (5, {"decision": "edit", "prompt": "[]"}, ":7: messages: a list of messages"),
        (0, {"id": "0" * 16, "decision": "accept"}, ":2: no proposal '0000000000000000'"),
        (1, {"id": ident(ENGLISH), "decision": "accept"}, f":3: {ident(ENGLISH)} is at"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named(
    sheet: Sheet, number: int, cells: dict[str, str], says: str
) -> None:
    sheet.change(set_cells(number, **cells))
    with pytest.raises(UserError) as error:
        sheet.read()
    assert str(error.value).startswith(f"{sheet.path}:")
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"id,decision\r\nx,accept\r\n", ":2: no column slice, reason"),
        ("编号".encode("gbk"), ": not UTF-8 at byte 0; save it as `CSV UTF-8`"),
        (b'id,"decision\r\n', "not CSV: unexpected end of data"),
        (b"id,decision\r\na,b,c\r\n", ":2: 3 cells under 2 columns"),
    ],
)
def test_a_file_that_is_no_sheet_is_named(sheet: Sheet, data: bytes, says: str) -> None:
    sheet.path.write_bytes(data)
    with pytest.raises(UserError) as error:
        sheet.read()
    assert says in str(error.value)


def test_a_sheet_in_which_somebody_may_have_written_is_not_written_over(sheet: Sheet) -> None:
    with pytest.raises(UserError, match="sheet.csv is there; take it back with --read"):
        hand_out(sheet.path, sheet.known, sheet._all())
    with pytest.raises(UserError, match=r"ends in \.csv or \.jsonl"):
        hand_out(sheet.path.with_suffix(".xlsx"), sheet.known, sheet._all())
