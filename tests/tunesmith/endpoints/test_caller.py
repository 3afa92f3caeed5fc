"""The caller paces its requests, waits as long as it is asked to, and gives up on silence."""

import socket

import pytest

from tests.tunesmith.endpoints.fake_server import Script, serving
from tunesmith.endpoints import caller
from tunesmith.endpoints.caller import Caller, checked_url
from tunesmith.errors import UserError

BODY = {"messages": [{"content": "\n---\nhello\n---"}]}


def make(url: str, **more: float) -> Caller:
    dials = {"timeout_seconds": 5, "retries": 1, "seconds_between": 0, **more}
    return Caller(url=url, name="URL", key=None, **dials)  # type: ignore[arg-type]


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waits: list[float] = []
    monkeypatch.setattr(caller.time, "sleep", waits.append)
    return waits


def test_requests_start_apart_from_each_other(
    slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caller.time, "monotonic", lambda: 100.0)
    paced = make("http://127.0.0.1:9", seconds_between=2)
    for _ in range(3):
        paced._wait_for_turn()
    assert slept == [0, 2, 4]


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("9999", 60), ("soon", 0), ("-3", 0)])
def test_a_busy_server_may_say_how_long_to_wait(
    header: str, seconds: float, slept: list[float]
) -> None:
    with serving(Script(statuses=[429], headers={"Retry-After": header})) as url:
        assert make(f"{url}/chat/completions").post(BODY)["choices"]
    assert seconds in slept


def test_waits_double_between_failures(slept: list[float]) -> None:
    with serving(Script(statuses=[500] * 9)) as url, pytest.raises(UserError, match="5 times"):
        make(url, retries=4).post(BODY)
    assert [wait for wait in slept if wait >= 1] == [1, 2, 4, 8]


def test_a_server_that_says_nothing_is_given_up(slept: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UserError, match=r"failed 2 times in a row \((TimeoutError|timeout)"):
            make(url, timeout_seconds=0.1).post(BODY)


def test_a_reply_without_end_is_refused(
    slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caller, "MOST_BYTES", 100)
    with serving(Script(raw=b"[" * 1000)) as url, pytest.raises(UserError, match="ValueError"):
        make(url).post(BODY)


def test_a_reply_that_stops_half_way_or_is_nested_without_end_is_no_reply(
    slept: list[float],
) -> None:
    half = Script(headers={"Content-Length": "9999"}, raw=b'{"choices": [')
    for script, why in (
        (half, "JSONDecode|Incomplete|Timeout"),
        (Script(raw=b"[" * 200_000), "Recursion"),
    ):
        with serving(script) as url, pytest.raises(UserError, match=why):
            make(url, timeout_seconds=0.3).post(BODY)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.7", "[::1]"])
def test_plain_http_with_a_key_is_for_near_machines(host: str) -> None:
    assert checked_url(f"http://{host}:8000/v1/", "URL", has_key=True).endswith(":8000/v1")


def test_plain_http_without_a_key_is_for_all() -> None:
    assert checked_url("http://example.org/v1", "URL", has_key=False) == "http://example.org/v1"
