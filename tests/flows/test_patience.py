"""Prefect is asked again while it is away, and not after a refusal."""

import httpx
import pytest

from flows import patience
from flows.patience import patiently


def refused(code: int) -> httpx.HTTPStatusError:
    answer = httpx.Response(code, request=httpx.Request("GET", "http://127.0.0.1"))
    return httpx.HTTPStatusError(str(code), request=answer.request, response=answer)


def ask(answers: list[object]) -> object:
    answer = answers.pop(0)
    if isinstance(answer, Exception):
        raise answer
    return answer


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSE_SECONDS", 0.0)


def test_what_is_away_or_busy_is_asked_again() -> None:
    answers = [httpx.ConnectError("refused"), refused(503), refused(500), "here"]
    assert patiently(lambda: ask(answers)) == "here"


def test_a_refusal_is_an_answer() -> None:
    answers = [refused(401), "here"]
    with pytest.raises(httpx.HTTPStatusError, match="401"):
        patiently(lambda: ask(answers))
    assert answers == ["here"]


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "AWAY_SECONDS", -1.0)
    with pytest.raises(httpx.ConnectError):
        patiently(lambda: ask([httpx.ConnectError("refused")]))
