"""A file from a web server: pinned, fetched once, gone on with, and never anything else."""

import hashlib
import io
import threading
from collections.abc import Iterator
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request

import pytest
from pydantic import ValidationError

from tests.tunesmith.sources.reading import read_one
from tunesmith.errors import UserError
from tunesmith.sources.http import HttpSource, _OnlyWeb

CONTENT = "".join(f'{{"text": "第{k}行 row"}}\n' for k in range(2000)).encode()
PIN = hashlib.sha256(CONTENT).hexdigest()


class Server:
    """A server on loopback that breaks off after `most` bytes of each answer."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.most = len(CONTENT)
        self.ranges = True
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        wanted = handler.headers.get("Range")
        self.asked.append((handler.path, wanted))
        if handler.path.startswith("/moved"):
            handler.send_response(302)
            bad = "bad" in handler.path
            handler.send_header("Location", "file:///etc/passwd" if bad else "/x.jsonl")
            handler.end_headers()
            return
        if not handler.path.startswith("/x.jsonl"):
            handler.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.ranges else 0
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Length", str(len(CONTENT) - start))
        handler.end_headers()
        handler.wfile.write(CONTENT[start : start + self.most])


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tunesmith.sources.http.TIMEOUT_SECONDS", 5.0)
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, daemon=True)
    thread.start()
    yield server
    server.http.shutdown()
    server.http.server_close()


def read(server: Server, path: str = "/x.jsonl", **more: object) -> list[object]:
    source = HttpSource(url=server.url + path, **{"sha256": PIN, **more})  # type: ignore[arg-type]
    batch = read_one(source, Path())
    assert batch.name == server.url + path.partition("?")[0]
    return [record["text"] for _, record in batch.records]


def test_a_pinned_file_is_read_and_fetched_only_once(server: Server) -> None:
    assert read(server)[:2] == ["第0行 row", "第1行 row"]
    assert len(read(server)) == 2000
    assert server.asked == [("/x.jsonl", None)]


@pytest.mark.parametrize("ranges", [True, False])
def test_a_server_that_stops_half_way_is_asked_for_the_rest(server: Server, ranges: bool) -> None:
    server.most, server.ranges = (len(CONTENT) * 2) // 3, ranges
    if ranges:
        assert len(read(server)) == 2000
        assert [wanted for _, wanted in server.asked] == [None, f"bytes={server.most}-"]
    else:
        with pytest.raises(UserError, match="broke off 4 times .*bytes came.*run again to go on"):
            read(server)


def test_another_file_than_the_pinned_one_is_refused(server: Server) -> None:
    with pytest.raises(UserError, match=f"its sha256 is {PIN}, not the one in params.yaml"):
        read(server, sha256="0" * 64)
    assert list(Path(".work").rglob("*.jsonl*")) == []


def test_a_missing_file_is_one_line(server: Server) -> None:
    with pytest.raises(UserError, match="the server answered 404"):
        read(server, "/gone.jsonl")


def test_a_file_that_is_too_large_is_refused(server: Server) -> None:
    with pytest.raises(UserError, match="more than max_bytes 1,000"):
        read(server, max_bytes=1000)


def test_a_redirect_is_followed_on_the_web_only(server: Server) -> None:
    assert len(read(server, "/moved/x.jsonl")) == 2000
    with pytest.raises(UserError, match="redirected to another scheme .*, which is not followed"):
        read(server, "/moved/bad/x.jsonl", sha256="1" * 64)


def test_nobody_at_that_address_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = HttpSource(url="http://127.0.0.1:9/x.jsonl", sha256=PIN)
    with pytest.raises(UserError, match="Connection refused"):
        list(source.batches(tmp_path))


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a/b.csv", "http://a", "http://u:p@a/b.csv"]
)
def test_an_address_that_is_none_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        HttpSource(url=url, sha256=PIN)


def test_a_token_is_refused_or_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValidationError, match="a user or password does not belong"):
        HttpSource(url="https://hunter2@127.0.0.1/a.jsonl", sha256="0" * 64)
    source = HttpSource(url="http://127.0.0.1:9/a.jsonl?token=hunter2", sha256="0" * 64)
    with pytest.raises(UserError) as caught:
        list(source.batches(tmp_path))
    assert "hunter2" not in str(caught.value)


def test_a_redirect_from_https_to_http_is_refused() -> None:
    asked = Request("https://127.0.0.1/a.jsonl")
    with pytest.raises(HTTPError):
        _OnlyWeb().redirect_request(
            asked, io.BytesIO(), 302, "", HTTPMessage(), "http://127.0.0.1/a.jsonl"
        )
