"""Which Prefect API a run talks to, and what it leaves alone."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from flows import server
from flows.server import prefect_api
from tunesmith.errors import UserError


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """What `prefect_api` sets in the environment ends with the test."""
    monkeypatch.chdir(tmp_path)
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


class _Answer(BaseHTTPRequestHandler):
    code = 200

    def do_GET(self) -> None:
        self.send_response(self.code)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def answering(code: int) -> tuple[HTTPServer, str]:
    handler = type("Handler", (_Answer,), {"code": code})
    web = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    return web, f"http://127.0.0.1:{web.server_port}/api"


@pytest.mark.parametrize(("code", "is_prefect"), [(200, True), (401, True), (404, False)])
def test_an_api_is_one_that_answers_health(code: int, is_prefect: bool) -> None:
    web, url = answering(code)
    os.environ["PREFECT_API_URL"] = url
    try:
        if not is_prefect:
            with pytest.raises(UserError, match="no Prefect API answers"), prefect_api():
                pass
            return
        with prefect_api() as api:
            api.wait()
            assert api.url == url
            assert "PREFECT_HOME" not in os.environ
    finally:
        web.shutdown()
        web.server_close()


def test_an_api_that_cannot_be_reached_is_named_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    started = time.monotonic()
    with pytest.raises(UserError, match=f"PREFECT_API_URL: no Prefect API .*{port}"), prefect_api():
        pass
    assert time.monotonic() - started < 10


def test_an_api_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "REACH_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{silent.getsockname()[1]}/api"
        with pytest.raises(UserError, match="no Prefect API answers"), prefect_api():
            pass


def test_a_local_server_keeps_to_the_project_and_forgets_the_user_s_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(server, "__file__", str(_script(tmp_path, "import sys; sys.stdin.read()")))
    os.environ["PREFECT_HOME"] = "somebody's"
    os.environ["PREFECT_API_DATABASE_CONNECTION_URL"] = "somebody's"
    os.environ["PREFECT_LOGGING_LEVEL"] = "DEBUG"
    os.environ["HTTP_PROXY"] = "http://proxy.example:1"
    with prefect_api() as api:
        assert os.environ["PREFECT_HOME"] == str(tmp_path / ".work/prefect")
        assert "PREFECT_API_DATABASE_CONNECTION_URL" not in os.environ
        assert os.environ["PREFECT_API_URL"] == api.url
        assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
        assert os.environ["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] == "DEBUG"
        assert "127.0.0.1" in os.environ["NO_PROXY"]
    assert api._process is not None
    assert api._process.wait(5) == 0


def test_a_local_server_that_ends_is_reported_with_its_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(server, "__file__", str(_script(tmp_path, "raise SystemExit('no room')")))
    said = r"did not start; see \.work/prefect/server\.log"
    with pytest.raises(UserError, match=said), prefect_api() as api:
        api.wait()
    assert "no room" in Path(".work/prefect/server.log").read_text()


def _script(folder: Path, code: str) -> Path:
    path = folder / "fake_server.py"
    path.write_text(code + "\n")
    return path
