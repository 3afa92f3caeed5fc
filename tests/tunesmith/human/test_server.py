"""What the server refuses, and what it says of itself, without a browser."""

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest

from tests.judging import task
from tunesmith.errors import UserError
from tunesmith.human.journal import Journal
from tunesmith.human.page import Page
from tunesmith.human.room import Room
from tunesmith.human.server import JudgeServer
from tunesmith.local_page.server import HEADER

TOKEN = "right-token-of-this-test"


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str

    @property
    def data(self) -> Any:
        return json.loads(self.text)


class Client:
    """A browser that knows the token; every header can be changed or left out."""

    def __init__(self, server: JudgeServer) -> None:
        self.server = server
        self.headers: dict[str, str | None] = {
            "Host": f"127.0.0.1:{server.server_port}",
            "Cookie": f"other=1; {server.cookie}={TOKEN}",
            HEADER: TOKEN,
            "Content-Type": "application/json",
        }

    def ask(self, path: str, body: Any = None, raw: bytes | None = None, **more: Any) -> Reply:
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        length = None if data is None else str(len(data))
        named = {name.replace("_", "-"): value for name, value in more.items()}
        headers = {**self.headers, "Content-Length": length, **named}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=5)
        connection.putrequest("GET" if data is None else "POST", path, skip_host=True)
        for name, value in headers.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(data)
        reply = connection.getresponse()
        return Reply(reply.status, dict(reply.getheaders()), reply.read().decode())

    def state(self, name: str = "ann") -> Any:
        return self.ask(f"/api/state?annotator={name}").data

    def answer(self, **more: Any) -> dict[str, Any]:
        state = self.state()
        row = state["item"]["row"]
        return {"annotator": "ann", "number": state["number"], "row": row, "choice": "tie", **more}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ratings"


@pytest.fixture
def client(folder: Path) -> Iterator[Client]:
    room = Room(task(3), folder, lambda line: None)
    with JudgeServer(0, room, lambda port: TOKEN, Page()) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield Client(server)
        server.shutdown()
        room.close()


def test_it_listens_on_loopback_alone(client: Client) -> None:
    assert client.server.server_address[0] == "127.0.0.1"


def test_the_printed_address_opens_the_page_and_hands_out_a_strict_cookie(client: Client) -> None:
    path = client.server.url.partition(str(client.server.server_port))[2]
    reply = client.ask(path, Cookie=None, **{HEADER: None})
    assert reply.status == 200
    cookie = reply.headers["Set-Cookie"]
    assert cookie.startswith(f"{client.server.cookie}={TOKEN};")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))


def test_every_reply_forbids_what_the_page_does_not_need(client: Client) -> None:
    for path in ("/", "/api/state?annotator=ann", "/nothing"):
        headers = client.ask(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'sha256-")
        assert "unsafe" not in policy
        assert "http" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "Python" not in headers["Server"]


@pytest.mark.parametrize("cookie", [None, "", "tunesmith_judge=x", "garbage;;==", "a=b; c"])
def test_without_the_token_there_is_no_page(client: Client, cookie: str | None) -> None:
    for path in ("/", "/?token=", "/?token=wrong", "/?token=r%C3%AF"):
        reply = client.ask(path, Cookie=cookie)
        assert reply.status == 403
        assert TOKEN not in reply.text + str(reply.headers)


@pytest.mark.parametrize("lacking", ["Cookie", HEADER])
def test_a_request_needs_cookie_and_header(client: Client, folder: Path, lacking: str) -> None:
    answer = client.answer()
    client.headers[lacking] = None
    assert client.ask("/api/state?annotator=ann").status == 403
    assert client.ask("/api/rate", answer).status == 403
    assert client.ask("/api/undo", {"annotator": "ann", "number": 0}).status == 403
    assert (folder / "ann.jsonl").read_bytes() == b""


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", None]
)
def test_a_name_that_was_made_to_lead_here_is_refused(client: Client, host: str | None) -> None:
    reply = client.ask(f"/?token={TOKEN}", Host=host)
    assert (reply.status, "Set-Cookie" in reply.headers) == (403, False)
    assert "127.0.0.1" in reply.data["error"]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:1"])
def test_what_another_site_s_page_sends_is_refused(client: Client, origin: str) -> None:
    reply = client.ask("/api/rate", client.answer(), Origin=origin)
    assert (reply.status, client.state()["done"]) == (403, 0)
    own = f"http://127.0.0.1:{client.server.server_port}"
    assert client.ask("/api/rate", client.answer(), Origin=own).status == 200


@pytest.mark.parametrize("host", ["localhost", "localhost:9000", "127.0.0.1:9000"])
def test_a_tunnel_from_another_port_is_served(client: Client, host: str) -> None:
    assert client.ask("/", Host=host).status == 200


def test_a_rating_is_in_the_file_when_the_reply_comes(client: Client, folder: Path) -> None:
    reply = client.ask("/api/rate", client.answer(choice="both_bad", comment="两个都不对"))
    assert (reply.status, reply.data["done"]) == (200, 1)
    assert "两个都不对" in (folder / "ann.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"Content_Length": "70000"}, 413),
        ({"Content_Length": None, "Transfer-Encoding": "chunked"}, 411),
        ({"Content_Length": "-1"}, 411),
        ({"Content_Type": "text/plain"}, 415),
    ],
)
def test_a_body_is_json_and_small(client: Client, more: dict[str, Any], status: int) -> None:
    assert client.ask("/api/rate", {"annotator": "ann"}, **more).status == status


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"choice": "middle"}, "choice"),
        ({"number": -1}, "number"),
        ({"annotator": "../../x"}, "small letters"),
        ({"ratings": {"fluency": {"left": 9}}}, "ratings.fluency.left"),
        ({"ratings": {"tone": {"left": 3}}}, "no criterion tone"),
        ({"comment": "x" * 2001}, "comment"),
        ({"comment": "\ud83d"}, ""),
        ({"colour": "red"}, "unknown key"),
    ],
)
def test_a_rating_that_is_none_is_answered_with_why(
    client: Client, folder: Path, change: dict[str, Any], why: str
) -> None:
    reply = client.ask("/api/rate", client.answer(**change))
    assert reply.status == 422
    assert why in reply.data["error"]
    assert [path.name for path in folder.iterdir()] == ["ann.jsonl"]
    assert (folder / "ann.jsonl").read_bytes() == b""


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff", b'{"annotator": NaN}'])
def test_what_is_no_json_object_is_refused(client: Client, raw: bytes) -> None:
    assert client.ask("/api/rate", raw=raw).status == 422


def test_people_have_desks_and_files_of_their_own(client: Client, folder: Path) -> None:
    client.ask("/api/rate", client.answer())
    assert (client.state("ann")["done"], client.state(quote("王芳"))["done"]) == (1, 0)
    assert {path.name for path in folder.iterdir()} == {"ann.jsonl", "王芳.jsonl"}


def test_ratings_that_come_at_once_are_each_one_line_or_refused(
    client: Client, folder: Path
) -> None:
    answers = [client.answer(comment=str(number)) for number in range(8)]
    replies: list[int] = []
    threads = [
        threading.Thread(target=lambda one=one: replies.append(client.ask("/api/rate", one).status))
        for one in answers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(replies) == [200, *[409] * 7]
    assert len((folder / "ann.jsonl").read_text().splitlines()) == 1


def test_a_disk_that_is_full_is_told_and_nothing_is_confirmed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = client.answer()

    def full(self: Journal, rating: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "add", full)
        reply = client.ask("/api/rate", answer)
    assert reply.status == 507
    assert "could not be written: No space left" in reply.data["error"]
    assert client.state()["done"] == 0
    assert client.ask("/api/rate", answer).status == 200


def test_a_taken_port_is_named_with_the_way_out(client: Client, folder: Path) -> None:
    port = client.server.server_port
    with pytest.raises(UserError, match=rf"port {port} of 127\.0\.0\.1 is taken; .*--port"):
        JudgeServer(port, client.server.room, lambda port: TOKEN, Page())


def test_other_methods_and_places_are_nothing(client: Client) -> None:
    assert client.ask("/api/rate").status == 404
    assert client.ask("/../params.yaml").status == 404
    assert client.ask("/page.js").status == 404
