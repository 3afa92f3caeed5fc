"""What the doctor finds, and which way out it names."""

from pathlib import Path

import pytest

from flows import doctor
from flows.doctor import examine, show
from flows.finding import Finding
from tests.flows.conftest import call


@pytest.fixture(autouse=True)
def toy_dials(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy project's params.yaml is none of ours."""
    monkeypatch.setattr(doctor, "read_dials", lambda: None)


def found(what: str) -> Finding:
    return next(one for one in examine() if one.what == what)


def test_a_project_that_can_run_has_nothing_wrong(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert show(examine()) == 0
    out = capsys.readouterr().out
    assert "clean, on main" in out
    assert "each run starts a server of its own" in out


def test_each_fault_names_its_way_out(finished: Path) -> None:
    Path("requirements.lock").write_text("dvc==0.1\nno-such-package==1.0\n")
    assert found("packages").state == "wrong"
    assert "no-such-package is missing (lock: 1.0)" in found("packages").words
    Path("raw.txt").write_text("mine\n")
    assert found("project").words == "not as in the last commit: raw.txt"
    call("git", "config", "user.email", "")
    call("git", "config", "user.name", "")
    assert found("git identity").fix.startswith("git config user.name")
    call("git", "remote", "add", "origin", "https://me:secret@127.0.0.1:9/x.git")
    assert found("origin") == Finding(
        "wrong", "origin", "https://***@127.0.0.1:9/x.git does not answer",
        "git ls-remote origin says why",
    )  # fmt: skip


def test_a_remote_is_looked_at(finished: Path) -> None:
    assert found("DVC remote").state == "note"
    call("dvc", "remote", "add", "--default", "store", "../remote")
    words = "store: answers and can be written to"
    assert found("DVC remote") == Finding("well", "DVC remote", words)
    Path("../remote").write_text("no folder\n")
    assert found("DVC remote").state == "wrong"
    assert found("DVC remote").words.endswith("is no folder")


def test_an_origin_that_can_be_read_and_not_pushed_to_is_wrong(finished: Path) -> None:
    call("git", "init", "-q", "--bare", "../origin.git")
    call("git", "remote", "add", "origin", "../origin.git")
    assert found("origin").state == "well"
    call("git", "remote", "set-url", "--push", "origin", "../nowhere.git")
    assert found("origin").words == "../origin.git takes no push"
    assert "git push --dry-run origin" in found("origin").fix
    assert call("git", "--git-dir", "../origin.git", "branch") == "", "nothing is pushed"


def test_a_git_that_is_too_old_is_wrong(finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found("git").state == "well"
    monkeypatch.setattr(doctor, "OLDEST_GIT", (99, 0))
    assert found("git").fix == "install git 99.0 or newer"


def test_a_full_disk_is_said_before_it_is_full(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "LITTLE_DISK_GB", 1e9)
    assert found("disk").state == "wrong"
    assert "dvc gc" in found("disk").fix


def test_an_api_that_does_not_answer_is_wrong(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    assert found("Prefect").words == "nothing answers at http://127.0.0.1:9/api"


def test_outside_a_project_the_rest_is_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert show(examine()) == 1
    assert "no git repository here; run from the project's root folder" in capsys.readouterr().out
    assert examine()[-1].what == "project"
