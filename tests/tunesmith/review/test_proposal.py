"""Proposals are read whole or refused with their line."""

from pathlib import Path
from typing import Any

import pytest

from tests.reviewing import ALL, ENGLISH, LABELLED, UNANSWERED, chat, ident, line, proposals
from tunesmith.errors import UserError
from tunesmith.review import read_proposals


def test_every_shape_comes_back_in_its_order(tmp_path: Path) -> None:
    found = proposals(tmp_path)
    assert [one.id for one in found] == [ident(one) for one in ALL]
    assert [{**one.row, "proposal": one.origin.model_dump()} for one in found] == ALL
    assert found[3].row["replaces"] == "row-4"


def test_further_keys_of_a_proposal_are_kept(tmp_path: Path) -> None:
    [found] = proposals(tmp_path, line(chat("a", "b"), similarity=0.25))
    assert found.origin.model_dump()["similarity"] == 0.25


def test_no_file_says_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"candidates\.jsonl: no such file; `tunesmith run`"):
        read_proposals(tmp_path / "candidates.jsonl")


def test_an_empty_file_proposes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "candidates.jsonl"
    path.touch()
    assert read_proposals(path) == []


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({"task": "chat"}, "proposal: Input should be"),
        ({**ENGLISH, "proposal": {**ENGLISH["proposal"], "id": "short"}}, "proposal: id: String"),
        ({**ENGLISH, "proposal": {**ENGLISH["proposal"], "needs": "luck"}}, "proposal: needs: "),
        (line({**chat("a", "b"), "task": "song"}), "task 'song'; known: chat"),
        (line(chat("a", None)), "there is no answer; write one"),
        (line(chat("a", " ")), "there is no answer; write one"),
        (line(chat(" ", "b")), "the question is empty"),
        (line(chat("a", "b", weight=0)), "weight: a whole number from 1 to 20, not 0"),
        (line(chat("a", "b", weight=True)), "weight: a whole number from 1 to 20, not True"),
        (line(chat("a", "b", replaces=3)), "replaces: the id of a train row, not 3"),
        (line(chat("a", "b", colour="red")), "unknown colour"),
        (line({"task": "chat", "prompt": "a"}, "answer"), "prompt: a list of messages"),
        (line({"task": "classification"}, "answer"), "a row of task classification needs"),
    ],
)
def test_a_line_that_is_none_is_named(tmp_path: Path, broken: dict[str, Any], says: str) -> None:
    with pytest.raises(UserError) as error:
        proposals(tmp_path, LABELLED, broken)
    assert f"candidates.jsonl:2: {says}" in str(error.value)


def test_two_of_one_id_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"jsonl:3: proposal [0-9a-f]{16} is at .*jsonl:1 already"):
        proposals(tmp_path, ENGLISH, UNANSWERED, ENGLISH)


def test_rows_without_an_answer_are_read_where_they_say_so(tmp_path: Path) -> None:
    text = line({"task": "classification", "text": "坏了"}, "answer")
    talk = line({"task": "classification", "messages": chat("a", "b")["prompt"]}, "answer")
    pair = line({"task": "preference", "prompt": chat("a", "b")["prompt"]}, "answer")
    assert len(proposals(tmp_path, UNANSWERED, text, talk, pair)) == 4
