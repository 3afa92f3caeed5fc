"""What the reviewing server refuses; what all local pages share is tested with the rating page."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.reviewing import ENGLISH, chat, ident, proposals
from tests.tunesmith.human.test_server import TOKEN, Client
from tunesmith.local_page.server import HEADER
from tunesmith.review.desk import Desk
from tunesmith.review.server import ReviewServer

REJECT = {"proposal": ident(ENGLISH), "decision": "reject", "known": 0}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(proposals(tmp_path), {}, tmp_path / "decisions.jsonl", tmp_path / "rows.jsonl")


@pytest.fixture
def client(desk: Desk) -> Iterator[Client]:
    with ReviewServer(0, desk, lambda port: TOKEN) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield Client(server)
        server.shutdown()


def test_a_decision_comes_back_with_the_counts(client: Client, desk: Desk) -> None:
    reply = client.ask("/api/decide", REJECT)
    assert (reply.status, reply.data["rejected"]) == (200, 1)
    assert client.ask("/api/state").data["items"][0]["decision"] == "reject"
    assert len(desk.decisions().lines) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"Cookie": None},
        {HEADER: None},
        {HEADER: "guessed"},
        {"Host": "evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_who_has_not_opened_the_printed_address_neither_reads_nor_writes(
    client: Client, desk: Desk, change: dict[str, Any]
) -> None:
    assert client.ask("/api/state", **change).status == 403
    assert client.ask("/api/decide", REJECT, **change).status == 403
    new = {"row": chat("a", "b")}
    assert client.ask("/api/write", new, **change).status == 403
    assert desk.decisions().lines == []
    assert desk.state()["written"] == []


def test_two_windows_are_told_apart(client: Client) -> None:
    assert client.ask("/api/decide", REJECT).status == 200
    assert client.ask("/api/decide", {**REJECT, "decision": "accept"}).status == 409


def test_decisions_that_come_at_once_are_all_kept(client: Client, desk: Desk) -> None:
    wishes = [{**REJECT, "proposal": one} for one in desk.proposals]
    replies: list[int] = []
    threads = [
        threading.Thread(
            target=lambda one=one: replies.append(client.ask("/api/decide", one).status)
        )
        for one in wishes
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replies == [200] * len(wishes)
    assert len(desk.decisions().lines) == len(wishes)


@pytest.mark.parametrize(
    ("path", "body", "why"),
    [
        ("/api/decide", {**REJECT, "decision": "maybe"}, "decision"),
        ("/api/decide", {**REJECT, "proposal": "x"}, "no proposal x"),
        ("/api/decide", {**REJECT, "decision": "edit", "row": {"prompt": "x"}}, "prompt: a list"),
        ("/api/decide", {**REJECT, "note": "x" * 2001}, "note"),
        ("/api/write", {"row": chat("a", "")}, "there is no answer"),
        ("/api/write", {"row": []}, "row"),
    ],
)
def test_what_is_no_decision_and_no_row_is_answered_with_why(
    client: Client, desk: Desk, path: str, body: Any, why: str
) -> None:
    reply = client.ask(path, body)
    assert reply.status == 422
    assert why in reply.data["error"]
    assert desk.decisions().lines == []


def test_a_body_has_an_end(client: Client) -> None:
    assert client.ask("/api/write", REJECT, Content_Length=str(1024 * 1024 + 1)).status == 413


def test_a_full_disk_is_told_and_nothing_is_confirmed(
    client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: object, said: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("tunesmith.review.desk.Journal.add", full)
        reply = client.ask("/api/decide", REJECT)
    assert (reply.status, reply.data["error"]) == (
        507,
        "the decision could not be written: No space left on device",
    )
    assert desk.decisions().lines == []
    assert client.ask("/api/decide", REJECT).status == 200
