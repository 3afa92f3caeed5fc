"""Where a run that is to be delivered may begin."""

import shutil
from pathlib import Path

import pytest

from flows import run_branch
from flows.promotion import tag_model
from tests.flows.conftest import call
from tunesmith.errors import UserError


@pytest.fixture
def shared(finished: Path) -> Path:
    """The toy project with an origin, and a colleague's clone of it."""
    call("git", "clone", "-q", "--bare", ".", "../origin.git")
    call("git", "remote", "add", "origin", "../origin.git")
    call("git", "fetch", "-q")
    call("git", "clone", "-q", "../origin.git", "../colleague")
    return finished


def colleague_commits(text: str) -> None:
    Path("../colleague/raw.txt").write_text(text)
    call("git", "-C", "../colleague", "commit", "-qam", "Theirs")
    call("git", "-C", "../colleague", "push", "-q")


def test_a_run_has_a_branch_of_its_own_with_what_others_have_added(shared: Path) -> None:
    colleague_commits("theirs\n")
    run = run_branch.begin()
    assert run.main == "main"
    assert call("git", "branch", "--show-current").strip() == run.branch
    assert run.branch.startswith("runs/")
    assert Path("raw.txt").read_text() == "theirs\n"


def test_without_an_origin_a_run_begins_from_what_is_here(finished: Path) -> None:
    assert run_branch.begin().main == "main"


def test_the_branch_of_another_clone_s_run_is_merged_first(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = run_branch.begin().branch
    call("git", "push", "-q", "origin", left)
    call("git", "-C", "../colleague", "fetch", "-q")
    monkeypatch.chdir("../colleague")
    call("git", "switch", "-q", left)
    with pytest.raises(UserError, match=f"another clone.*git switch main; git merge {left}"):
        run_branch.begin()
    assert call("git", "branch", "--show-current").strip() == left


def test_what_has_brought_nothing_is_forgotten(finished: Path) -> None:
    run = run_branch.begin()
    run_branch.abandon(run)
    assert call("git", "branch", "--format=%(refname:short)").split() == ["main"]


def test_a_run_commits_what_dvc_and_stages_wrote_and_nothing_else(finished: Path) -> None:
    from flows.dag import plan

    run = run_branch.begin()
    Path("raw.txt").write_text("new\n")
    call("git", "commit", "-qam", "New data")
    call("dvc", "repro", "-q")
    Path("notes.txt").write_text("mine\n")
    assert run_branch.keep(plan(), "Retrain", {"Prefect-Run": "1"})
    assert call("git", "show", "--format=", "--name-only").split() == ["dvc.lock", "report.txt"]
    assert not run_branch.keep(plan(), "Retrain", {"Prefect-Run": "2"}), "nothing new"
    run_branch.end(run, done=True)
    assert call("git", "log", "-1", "--format=%s %(trailers)").split() == [
        "Retrain",
        "Prefect-Run:",
        "1",
    ]


def test_a_run_killed_while_it_promoted_leaves_no_tag_behind(shared: Path) -> None:
    run_branch.begin()
    Path("raw.txt").write_text("half\n")
    call("git", "commit", "-qam", "Retrain")
    tag_model("models/sft", ["better"])
    Path("dvc.lock").write_text("schema: '2.0'\n")
    following = run_branch.begin()
    assert call("git", "tag") == ""
    assert call("git", "rev-parse", "HEAD") == call("git", "rev-parse", "main")
    assert following.main == "main"


def test_a_promotion_that_origin_has_survives_a_kill(shared: Path) -> None:
    run = run_branch.begin()
    call("git", "commit", "-q", "--allow-empty", "-m", "Retrain")
    tag = tag_model("models/sft", ["better"])
    run_branch.share(run, done=True, tags=(tag,))
    run_branch.begin()
    assert call("git", "tag").split() == [tag]
    assert call("git", "log", "-1", "--format=%s", "main").strip() == "Retrain"


def go_apart(_: Path) -> None:
    colleague_commits("theirs\n")
    call("git", "commit", "-q", "--allow-empty", "-m", "Ours")


def lose_origin(_: Path) -> None:
    shutil.rmtree("../origin.git")


@pytest.mark.parametrize(
    ("harm", "error"),
    [
        (lose_origin, r"^origin cannot be reached \(.*\)$"),
        (go_apart, r"^main here and on origin have gone apart; a scheduled run uses a clone"),
    ],
)
def test_what_cannot_be_shared_is_refused_before_any_work(
    shared: Path, harm: "object", error: str
) -> None:
    assert callable(harm)
    harm(shared)
    with pytest.raises(UserError, match=error):
        run_branch.begin()
    assert "runs/" not in call("git", "branch")
