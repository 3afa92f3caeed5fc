"""Replies are remembered by their request, and a torn journal loses its torn line only."""

import json
from pathlib import Path
from typing import Any

import pytest

from tunesmith.endpoints.replies import Replies
from tunesmith.errors import UserError


def request(number: int) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": f"问题 {number}"}]}


def reopened(path: Path) -> Replies:
    return Replies.read(path.with_name("none.jsonl"), path)


def test_a_torn_journal_loses_its_last_line_only_and_a_torn_record_is_named(tmp_path: Path) -> None:
    good = {"key": "k", "request": {}, "reply": "r"}
    path = tmp_path / "j.jsonl"
    path.write_text(json.dumps(good) + "\n" + json.dumps(good)[:20])
    assert Replies.read(tmp_path / "none", path).known == {"k": "r"}
    with pytest.raises(UserError, match=r"j\.jsonl:2: no recorded reply"):
        Replies.read(path, tmp_path / "none")


def test_a_reply_after_a_torn_line_is_not_lost_with_it(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "j.jsonl"
    first = reopened(path)
    first.add(request(1), "一")
    first.add(request(2), "二")
    path.write_bytes(path.read_bytes()[:-9])  # killed in the middle of a character
    second = reopened(path)
    assert (second.get(request(1)), second.get(request(2))) == ("一", None)
    second.add(request(2), "二")
    second.add(request(3), "三")
    third = reopened(path)
    assert [third.get(request(number)) for number in (1, 2, 3)] == ["一", "二", "三"]
    assert b"\n\n" not in path.read_bytes()


def test_whole_lines_stay_one_below_the_other(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    for number in (1, 2):
        reopened(path).add(request(number), "a")
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2
