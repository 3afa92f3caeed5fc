"""Decisions: the last counts, an opened one does not, a broken line is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.reviewing import CHINESE, ENGLISH, ident
from tunesmith.errors import UserError
from tunesmith.review import read_decisions

FIRST, SECOND = ident(ENGLISH), ident(CHINESE)


def written(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    return path


def said(proposal: str, decision: str, **more: Any) -> dict[str, Any]:
    return {"proposal": proposal, "decision": decision, **more}


def test_no_file_holds_no_decision(tmp_path: Path) -> None:
    assert read_decisions(tmp_path / "decisions.jsonl").newest == {}


def test_the_last_line_about_a_proposal_counts_and_open_takes_it_back(tmp_path: Path) -> None:
    path = written(
        tmp_path / "decisions.jsonl",
        said(FIRST, "accept"),
        said(SECOND, "reject", note="已过期", reviewer="王芳"),
        said(FIRST, "reject"),
        said(SECOND, "open"),
    )
    newest = read_decisions(path).newest
    assert list(newest) == [FIRST]
    assert newest[FIRST][0].decision == "reject"
    assert newest[FIRST][1] == f"{path}:3"


def test_a_last_line_that_a_crash_tore_decides_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "decisions.jsonl", said(FIRST, "accept"))
    whole = path.read_text()
    path.write_text(whole + whole[:20])
    found = read_decisions(path)
    assert (list(found.newest), found.torn) == ([FIRST], 20)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (said("x", "accept"), "proposal: String should match"),
        (said(FIRST, "maybe"), "decision: Input should be"),
        (said(FIRST, "edit"), 'edits go with decision "edit", and it with them'),
        (said(FIRST, "accept", edits={"label": "a"}), 'edits go with decision "edit"'),
        (said(FIRST, "edit", edits={"split": "test"}), "edits: no split; known: prompt"),
        (said(FIRST, "accept", reviewer="a/b"), "reviewer: String should match"),
        (said(FIRST, "accept", mood="good"), 'unknown key "mood"'),
    ],
)
def test_a_line_that_is_none_is_named(tmp_path: Path, broken: dict[str, Any], says: str) -> None:
    path = written(tmp_path / "decisions.jsonl", broken, said(FIRST, "accept"))
    with pytest.raises(UserError) as error:
        read_decisions(path)
    assert f"{path}:1: no decision: " in str(error.value)
    assert says in str(error.value)
