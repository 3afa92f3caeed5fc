"""The whole flow on the toy project, against a Prefect server of its own."""

import socket
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.flows.toy import ORDER, edit, locked, outcomes, retrain


def recorded(query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(".work/prefect/prefect.db") as database:
        return database.execute(query).fetchall()


@pytest.mark.flow
def test_a_changed_param_runs_its_stage_and_changed_back_it_is_restored(
    finished: Path, with_home: Callable[[], None]
) -> None:
    with_home()
    edit("params.yaml", "0.1", "0.3")
    code, out, err = retrain()
    assert (code, err) == (0, "")
    assert "params.yaml:phases.sft.lr 0.1 → 0.3; command changed" in out
    assert "note: not as in the last commit: params.yaml" in out
    ended = ["Unchanged", "Unchanged", "Ran", "Unchanged", "Ran"]
    assert outcomes(out) == ended
    runs = recorded("select name, state_name from task_run order by start_time")
    assert runs == list(zip(ORDER, ended, strict=True))
    assert recorded("select state_name from flow_run") == [("Completed",)]
    messages = [message for (message,) in recorded("select message from log")]
    assert "Running stage 'train@sft':" in messages
    assert not any("example.org" in message for message in messages)
    edit("params.yaml", "0.3", "0.1")
    code, out, _ = retrain("--force", "report")
    assert outcomes(out) == ["Unchanged", "Unchanged", "Restored", "Unchanged", "Ran"]


@pytest.mark.flow
def test_a_failed_stage_is_retried_if_it_declares_so_and_then_stops_the_run(
    fresh: Path, with_home: Callable[[], None]
) -> None:
    with_home()
    edit("dvc.yaml", "cat raw", "echo try >> tries; test $(wc -l < tries) = 2 && cat raw")
    bad = "echo try >> more\necho 'error: rows.csv:3: no id; add one' >&2\nexit 1\n"
    Path("clean.sh").write_text(bad)
    code, out, err = retrain()
    assert code == 1
    assert err == "retrain stopped at clean: rows.csv:3: no id; add one\n"
    assert outcomes(out) == ["Ran", "Failed", "Not run", "Not run", "Not run"]
    assert Path("tries").read_text() == "try\n" * 2
    assert Path("more").read_text() == "try\n"
    assert list(locked()) == ["collect"]
    assert recorded("select state_name from flow_run") == [("Failed",)]


def test_a_plan_needs_no_server(finished: Path) -> None:
    edit("clean.sh", "cat", "cat -u")
    code, out, err = retrain("--plan")
    assert (code, err) == (0, "")
    assert not Path(".work").exists()
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "clean runs or is restored clean.sh changed" in lines
    assert "train@sft runs if its inputs change upstream clean runs" in lines


@pytest.mark.parametrize(
    ("arguments", "change", "error"),
    [
        (["--pull"], "", "dvc.lock: no such file, so nothing says what to pull"),
        (["--force", "trian"], "", 'no stage "trian" in dvc.yaml; stages: collect'),
        (["--require-clean"], "raw.txt", "raw.txt: changed since the last commit"),
        ([], "dvc.yaml", "dvc.yaml:3: not valid YAML"),
    ],
)
def test_what_cannot_start_says_why_in_one_line(
    fresh: Path,
    api: str,
    arguments: list[str],
    change: str,
    error: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", api)
    if change:
        Path(change).write_text("stages:\n  - [\n")
    code, _, err = retrain(*arguments)
    assert code == 2
    assert err.startswith(f"error: {error}")
    assert err.count("\n") == 1


def test_an_api_that_does_not_answer_stops_the_run_before_any_stage(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[None] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=hang_up, args=(listener, asked), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
        monkeypatch.setenv("PREFECT_API_URL", url)
        code, _, err = retrain()
    assert code == 2
    assert err.startswith(f"error: PREFECT_API_URL: no Prefect API answers at {url}")
    assert len(asked) == 1, "nobody waits for what does not answer at once"
    assert not Path("dvc.lock").exists()


def hang_up(listener: socket.socket, asked: list[None]) -> None:
    """Take each call and end it without a word."""
    with suppress(OSError):  # the test is over
        while True:
            listener.accept()[0].close()
            asked.append(None)
