"""Each server keeps the token of its own port, and one that gets no port keeps none."""

import socket
from pathlib import Path

import pytest

from tests.judging import task
from tunesmith.errors import UserError
from tunesmith.human.serve import KEYS, serve
from tunesmith.human.server import JudgeServer


def start(root: Path, port: int = 0) -> None:
    serve(task(1), root / "ratings", port, root, lambda line: None)


def interrupted(server: JudgeServer, poll_interval: float) -> None:
    raise KeyboardInterrupt


def test_a_server_that_comes_and_goes_leaves_the_token_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, str]] = []

    def look() -> None:
        seen.append({key.name: key.read_text() for key in (tmp_path / KEYS).iterdir()})

    def meanwhile(server: JudgeServer, poll_interval: float) -> None:
        monkeypatch.setattr(JudgeServer, "serve_forever", interrupted)
        look()
        start(tmp_path)
        look()
        raise KeyboardInterrupt

    monkeypatch.setattr(JudgeServer, "serve_forever", meanwhile)
    start(tmp_path)
    look()
    before, after, at_the_end = seen
    assert len(before) == 1
    assert after == before
    assert at_the_end == {}


def test_a_server_without_a_port_writes_no_token(tmp_path: Path) -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    with taken, pytest.raises(UserError, match="is taken"):
        start(tmp_path, taken.getsockname()[1])
    assert not (tmp_path / KEYS).exists()
