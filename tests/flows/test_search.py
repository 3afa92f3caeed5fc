"""A search from the command line: trials as experiments, what is kept, and how it goes on."""

import json
import shutil
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.search import apply, open_bench
from tests.flows.conftest import call
from tests.flows.searching import begun, experiments, project, searched, write_search
from tunesmith.errors import UserError

pytestmark = pytest.mark.flow
RATE = {"kind": "log", "low": 1e-4, "high": 1.0}
SPACE: dict[str, Any] = {
    "phases.sft.learning_rate": RATE,
    "phases.sft.method.r": {"kind": "choice", "of": [4, 16]},
}
Project = Callable[..., Path]
Enter = Callable[[Path], Path]


@pytest.fixture
def enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, api: str) -> Enter:
    """Enter a copy of a project; its searches find a Prefect that runs."""
    monkeypatch.setenv("PREFECT_API_URL", api)

    def enter(template: Path) -> Path:
        folder = tmp_path / "project"
        shutil.copytree(template, folder, symlinks=True)
        monkeypatch.chdir(folder)
        return folder

    return enter


@pytest.fixture
def entered(tmp_path: Path, enter: Enter) -> Project:
    """Make a project and enter it."""
    return lambda **search: enter(project(tmp_path / "template", **search))


@pytest.fixture(scope="module")
def not_searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that asks for four trials."""
    return project(tmp_path_factory.mktemp("none") / "project", trials=4, pruner=None, space=SPACE)


@pytest.fixture(scope="module")
def searched_once(
    not_searched: Path, prefect: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same after its search, which had a server of its own."""
    folder = tmp_path_factory.mktemp("four") / "project"
    shutil.copytree(not_searched, folder, symlinks=True)
    shutil.copytree(prefect[1], folder / ".work")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        code, out = searched()
    assert code == 0, out
    return folder


@pytest.fixture
def four(searched_once: Path, enter: Enter) -> Path:
    """A copy of it, entered."""
    return enter(searched_once)


def record(name: str = "search") -> dict[str, Any]:
    found = json.loads(Path("reports/search", f"{name}.json").read_text())
    assert isinstance(found, dict)
    return found


def test_trials_are_experiments_and_leave_the_working_copy_alone(four: Path) -> None:
    found = record()
    assert [one["state"] for one in found["trials"]] == ["complete"] * 4
    assert found["trials"][0]["dials"] == {
        "phases.sft.learning_rate": 0.005,
        "phases.sft.method.r": 16,
    }
    assert experiments() == [one["experiment"] for one in found["trials"]]
    assert found["trials"][0]["curve"][0] == [0.5, pytest.approx(3.3635, abs=1e-4)]
    assert call("git", "status", "--porcelain").split("\n")[:2] == ["?? reports/", ""]
    assert list(Path(".dvc/tmp/exps/standalone").glob("tmp*")) == []

    code, out = searched("apply")
    assert code == 0
    best = found["trials"][found["best"]]
    assert f"trial {found['best']} sets" in out
    call("dvc", "repro", "train@sft")
    assert json.loads(Path("reports/training/sft.json").read_text())["validation"] == {
        "loss": best["value"]
    }


def test_with_enough_trials_no_server_is_started_to_run_none(
    four: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_URL")
    shutil.rmtree(".work/prefect")
    Path("reports/search/search.html").unlink()
    code, out = searched("--trials", "4")
    assert code == 0
    assert "Running stage" not in out
    assert Path("reports/search/search.html").exists()
    assert not Path(".work/prefect").exists()


def test_a_trial_that_is_behind_is_ended_and_one_that_fails_is_told_with_its_reason(
    entered: Project,
) -> None:
    decay = {"phases.sft.weight_decay": {"kind": "choice", "of": [0.0, 0.5]}}
    entered(
        trials=8,
        pruner={"keep": 0.5, "startup_trials": 1},
        space={"phases.sft.learning_rate": RATE, **decay},
    )
    code, out = searched()
    assert code == 0, out
    trials = record()["trials"]
    by_state = {state: [t for t in trials if t["state"] == state] for state in ("pruned", "failed")}
    assert [one["reason"] for one in by_state["failed"]]
    assert all(one["reason"] == "train@sft: it broke" for one in by_state["failed"])
    assert all(one["dials"]["phases.sft.weight_decay"] == 0.5 for one in by_state["failed"])
    assert by_state["pruned"]
    assert all(len(one["curve"]) < 4 for one in by_state["pruned"])
    assert all("behind the others" in one["reason"] for one in by_state["pruned"])
    assert len(experiments()) == 8 - len(by_state["pruned"]) - len(by_state["failed"])
    assert list(Path(".dvc/tmp/exps/standalone").glob("tmp*")) == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_search_comes_to_the_same_trials(
    enter: Enter, not_searched: Path, searched_once: Path, how: signal.Signals
) -> None:
    whole = json.loads((searched_once / "reports/search/search.json").read_text())
    enter(not_searched)
    process = begun()
    assert process.stdout is not None
    with process.stdout:
        assert any("trial 2 | Running stage 'train@sft'" in line for line in process.stdout)
        process.send_signal(how)
        process.wait()
    assert not Path("reports/search/search.json").exists() or record() != whole
    code, out = searched()
    assert code == 0, out
    assert "trial 1 |" not in out
    assert record() == whole
    assert list(Path(".dvc/tmp/exps/standalone").glob("tmp*")) == []


def test_a_trial_whose_experiment_had_ended_is_not_run_again(four: Path) -> None:
    with sqlite3.connect(".work/search.db") as database:
        database.execute("UPDATE trials SET state = 'RUNNING' WHERE number = 3")
        database.execute(
            "DELETE FROM trial_values WHERE trial_id = (SELECT trial_id FROM trials "
            "WHERE number = 3)"
        )
    code, out = searched()
    assert code == 0
    assert "its experiment had come to its end before" in out
    assert "Running stage" not in out


def test_trials_run_side_by_side(
    entered: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered(trials=2, jobs=2, pruner=None, space=SPACE)
    (tmp_path / "meeting").mkdir()
    monkeypatch.setenv("MEETING_PLACE", str(tmp_path / "meeting"))
    code, out = searched()  # would never end if one waited for the other
    assert code == 0, out
    assert [one["state"] for one in record()["trials"]] == ["complete"] * 2


def test_another_space_begins_another_study(four: Path) -> None:
    first = record()["study"]
    write_search(four, trials=1, pruner=None, space={"phases.sft.learning_rate": RATE})
    assert searched()[0] == 0
    assert record()["study"] != first
    assert len(experiments()) == 5


@pytest.mark.parametrize(
    ("search", "why"),
    [
        ({}, "params.yaml: search.space: names no dial to turn; docs/search.md has one"),
        ({"space": SPACE, "storage": "postgresql://me:secret@host/db"},
         "params.yaml: search.storage: holds a password; put the URL into "
         "TUNESMITH_SEARCH_STORAGE"),
        ({"space": SPACE, "storage": "nonsense"},
         "search.storage: nonsense:// is no URL; write postgresql://USER@HOST/DATABASE"),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_is_said(
    entered: Project, search: dict[str, Any], why: str
) -> None:
    entered(**search)
    with pytest.raises(UserError) as refused:
        open_bench()
    assert str(refused.value) == why


def test_a_search_that_is_refused_is_one_line(entered: Project) -> None:
    entered()
    code, out = searched()
    assert (code, out.startswith("error: params.yaml: search.space: ")) == (1, True)
    assert out.count("\n") == 1


def test_a_study_without_a_trial_has_nothing_to_apply(entered: Project) -> None:
    entered(space=SPACE)
    with pytest.raises(UserError, match="no trial of search-"):
        apply(None)


def test_what_makes_trials_less_comparable_is_said_before_them(entered: Project) -> None:
    entered(
        trials=1,
        pruner=None,
        space={"split.validation_ratio": {"kind": "float", "low": 0.1, "high": 0.2}},
    )
    code, out = searched()
    assert code == 0, out
    assert "note: split.validation_ratio decides what a trial is measured on" in out
    call("git", "commit", "-qm", "Something else", "--allow-empty")
    assert "note: trials of this study were made from other commits" in searched()[1]
