"""Threads: several processes share the cores, and what the user says is left as it is."""

from pathlib import Path

import pytest

from tunesmith import threads
from tunesmith.threads import forget_threads, set_threads, usable_cores


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "usable_cores", lambda: 8)
    monkeypatch.setattr(threads.os, "cpu_count", lambda: 8)


def test_one_process_keeps_the_default_which_is_every_core() -> None:
    environment: dict[str, str] = {}
    set_threads(environment)
    assert environment == {}


@pytest.mark.parametrize(("processes", "share"), [("2", "4"), ("3", "2"), ("16", "1")])
def test_processes_of_a_host_share_its_cores(processes: str, share: str) -> None:
    environment = {"LOCAL_WORLD_SIZE": processes}
    set_threads(environment)
    assert environment["OMP_NUM_THREADS"] == share


def test_a_container_that_may_use_fewer_cores_has_as_many_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(threads, "usable_cores", lambda: 2)
    environment: dict[str, str] = {}
    set_threads(environment)
    assert environment["OMP_NUM_THREADS"] == "2"


def test_params_decide_and_the_environment_decides_before_them() -> None:
    asked, given = {}, {"OMP_NUM_THREADS": "3"}
    set_threads(asked, 5)
    set_threads(given, 5)
    assert asked["OMP_NUM_THREADS"] == "5"
    assert given == {"OMP_NUM_THREADS": "3"}


def test_our_choice_is_not_handed_on_and_the_users_is() -> None:
    ours, users = {"LOCAL_WORLD_SIZE": "2"}, {"OMP_NUM_THREADS": "3"}
    for environment in (ours, users):
        set_threads(environment)
        forget_threads(environment)
    assert ours == {"LOCAL_WORLD_SIZE": "2"}
    assert users == {"OMP_NUM_THREADS": "3"}


@pytest.mark.parametrize(
    ("text", "cores"), [("150000 100000", 2), ("50000 100000", 1), ("max 100000", 1_000_000)]
)
def test_a_quota_counts_in_whole_cores(tmp_path: Path, text: str, cores: int) -> None:
    (tmp_path / "cpu.max").write_text(text)
    assert threads._quota(tmp_path / "cpu.max") == cores


def test_there_is_always_a_core() -> None:
    assert usable_cores() >= 1
