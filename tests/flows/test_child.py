"""A child run that is followed: what it says is passed on, and it is ended when nobody waits."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from prefect.states import Completed, Failed, Pending, Running

from flows import child, patience
from flows.runner import StageFailed


class Api:
    """A Prefect API that plays a list of states, and one of lines of the log."""

    def __init__(self, states: list[Any], lines: list[str], *, polled: bool = True) -> None:
        self.states, self.lines, self.polled = states, lines, polled
        self.given: list[Any] = []

    def __enter__(self) -> "Api":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read_flow_run(self, _id: object) -> Any:
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if isinstance(state, BaseException):
            raise state
        return SimpleNamespace(state=state)

    def read_logs(self, _filter: object, limit: int, offset: int) -> list[Any]:
        return [SimpleNamespace(message=line) for line in self.lines[offset : offset + limit]]

    def set_flow_run_state(self, _id: object, state: Any, force: bool = False) -> None:
        self.given.append(state.name)

    def read_workers_for_work_pool(self, _pool: str) -> list[Any]:
        return [SimpleNamespace(status="ONLINE", last_heartbeat_time=None)] * self.polled


@pytest.fixture
def follow(monkeypatch: pytest.MonkeyPatch) -> Callable[[Api], tuple[Any, list[str]]]:
    """Follow a child run of stage train, and return how it ended and what was passed on."""

    def run(api: Api) -> tuple[Any, list[str]]:
        said: list[str] = []
        monkeypatch.setattr(child, "get_client", lambda sync_client: api)
        monkeypatch.setattr(child, "POLL_SECONDS", 0.0)
        monkeypatch.setattr(patience, "PAUSE_SECONDS", 0.0)
        state = child.Child(uuid4(), "gpu", "train", said.append).ended()
        return state, said

    return run


def test_what_the_stage_prints_is_passed_on_once_and_what_prefect_adds_is_not(
    follow: Callable[[Api], tuple[Any, list[str]]],
) -> None:
    lines = ["Beginning subflow run", *(f"train | step {number}" for number in range(450))]
    api = Api([Pending(), Running(), Completed()], lines)
    state, said = follow(api)
    assert state.is_completed()
    assert said == [f"step {number}" for number in range(450)]
    assert api.given == []


def test_how_it_ended_is_told(follow: Callable[[Api], tuple[Any, list[str]]]) -> None:
    state, _ = follow(Api([Running(), Failed(message="rows.csv:3: no id")], []))
    assert state.message == "rows.csv:3: no id"


def test_a_child_that_nobody_waits_for_is_cancelled(
    follow: Callable[[Api], tuple[Any, list[str]]],
) -> None:
    api = Api([Running(), KeyboardInterrupt()], [])
    with pytest.raises(KeyboardInterrupt):
        follow(api)
    assert api.given == ["Cancelling"]


def test_a_silent_child_is_given_up_and_its_place_is_free(
    follow: Callable[[Api], tuple[Any, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "SILENCE_SECONDS", -1.0)
    api = Api([Running()], [])
    with pytest.raises(StageFailed, match="its worker has been silent"):
        follow(api)
    assert api.given == ["Crashed"]


def test_a_child_that_waits_for_a_worker_waits_as_long_as_there_is_one(
    follow: Callable[[Api], tuple[Any, list[str]]],
) -> None:
    assert follow(Api([Pending()] * 50 + [Completed()], []))[0].is_completed()
    api = Api([Pending()], [], polled=False)
    with pytest.raises(StageFailed, match="no worker has polled pool gpu so far; start one"):
        follow(api)
    assert api.given == ["Cancelled"]


BUSY = httpx.Response(503, request=httpx.Request("GET", "http://127.0.0.1"))
AWAY = [
    httpx.ConnectError("refused"),
    httpx.ReadTimeout("slow"),
    httpx.HTTPStatusError("busy", request=BUSY.request, response=BUSY),
]


def test_a_child_goes_on_while_prefect_is_away_or_busy(
    follow: Callable[[Api], tuple[Any, list[str]]],
) -> None:
    api = Api([Running(), *AWAY, Running(), Completed()], ["train | step 1"])
    state, said = follow(api)
    assert state.is_completed()
    assert said == ["step 1"]
    assert api.given == []


def test_a_child_is_left_alone_when_prefect_is_away_too_long(
    follow: Callable[[Api], tuple[Any, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "AWAY_SECONDS", -1.0)
    api = Api([Running(), httpx.ConnectError("refused")], [])
    with pytest.raises(httpx.ConnectError):
        follow(api)
    assert api.given == []
