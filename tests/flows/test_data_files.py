"""Data that DVC keeps, when others have added to it: fetched, and never taken for a newer one."""

import shutil
from pathlib import Path

import pytest

from flows.run_branch import abandon, begin
from tests.flows.conftest import call
from tunesmith.errors import UserError


@pytest.fixture(scope="module")
def shared(delivery_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project that delivers and a colleague's clone of it; raw.txt is DVC's in both."""
    place = tmp_path_factory.mktemp("shared") / "place"
    shutil.copytree(delivery_template, place, symlinks=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place / "clone")
        call("git", "rm", "-q", "--cached", "raw.txt")
        call("dvc", "add", "-q", "raw.txt")
        call("dvc", "push", "-q", "raw.txt")
        call("git", "add", "raw.txt.dvc", ".gitignore")
        call("git", "commit", "-qm", "Give raw.txt to DVC")
        call("git", "push", "-q", "origin", "main")
        call("git", "clone", "-q", "../origin.git", "../team")
        patch.chdir(place / "team")
        call("git", "remote", "set-url", "origin", "../origin.git")
        call("dvc", "pull", "-q", "raw.txt")
    return place


@pytest.fixture
def team(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copies of both clones; the colleague's is entered, that in which runs begin is returned."""
    shutil.copytree(shared, tmp_path / "place", symlinks=True)
    monkeypatch.chdir(tmp_path / "place" / "team")
    return tmp_path / "place" / "clone"


def hand_over(text: str, *, push: bool = True) -> None:
    """Change the data as a team would."""
    Path("raw.txt").write_text(text)
    call("dvc", "add", "-q", "raw.txt")
    if push:
        call("dvc", "push", "-q", "raw.txt")
    call("git", "commit", "-qam", "New data")
    call("git", "push", "-q")


def test_a_run_fetches_what_a_team_has_added_and_does_not_give_back_the_old(
    team: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_over("second\n")
    monkeypatch.chdir(team)
    Path("raw.txt").unlink()
    abandon(begin())
    assert Path("raw.txt").read_text() == "second\n", "what is missing is fetched"
    monkeypatch.chdir(team.parent / "team")
    hand_over("third\n")
    monkeypatch.chdir(team)
    abandon(begin())
    assert Path("raw.txt").read_text() == "third\n", "what is old is replaced"
    assert call("git", "status", "--porcelain", "--untracked-files=no") == ""


def test_data_changed_by_hand_is_refused_and_left_alone(
    team: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(team)
    Path("raw.txt").write_text("mine\n")
    with pytest.raises(UserError, match="raw.txt: changed, and DVC does not know it; `dvc add"):
        begin()
    assert Path("raw.txt").read_text() == "mine\n"
    assert call("git", "branch", "--list", "runs/*") == ""


def test_data_that_nobody_pushed_stops_the_run_before_its_first_stage(
    team: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_over("second\n", push=False)
    monkeypatch.chdir(team)
    with pytest.raises(UserError, match="whoever added it has to `dvc push`"):
        begin()
    assert call("git", "branch", "--list", "runs/*") == ""
