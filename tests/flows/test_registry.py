"""Versions and stages, as tags that GTO reads; promotion and its way back."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from flows.history import History
from flows.promote import promote_version
from flows.registry import assign, stages, version
from flows.registry_verb import listed, show
from flows.rollback import roll_back
from tests.flows.conftest import call
from tunesmith.errors import UserError


def gto(*command: str) -> dict[str, object]:
    """Return what GTO reads in our tags."""
    tool = str(Path(sys.executable).with_name("gto"))
    done = subprocess.run([tool, *command], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def test_gto_reads_the_stages_that_were_given(ledger: Path) -> None:
    promote_version("v0.1.0", "prod", push=False)
    promote_version("0.2.0", "staging", push=False)
    promote_version("adapter@v0.2.0", "prod", push=False)
    assert gto("show", "--json")["adapter"]["stage"] == {"prod": "v0.2.0", "staging": "v0.2.0"}
    assert stages() == {"prod": "adapter@v0.2.0", "staging": "adapter@v0.2.0"}


def test_a_tag_is_later_than_the_one_before_though_gits_clock_lags(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    promote_version("v0.1.0", "staging", push=False)
    form = "--format=%(creatordate:unix)"
    first = int(call("git", "for-each-ref", form, "refs/tags/adapter#staging#1"))
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"@{first} +0000")  # the second is not yet over for it
    promote_version("v0.2.0", "staging", push=False)
    assert int(call("git", "for-each-ref", form, "refs/tags/adapter#staging#2")) > first
    assert gto("show", "--json")["adapter"]["stage"] == {"staging": "v0.2.0"}


def test_stages_that_gto_gave_and_took_are_read(ledger: Path) -> None:
    tool = str(Path(sys.executable).with_name("gto"))
    subprocess.run([tool, "assign", "adapter", "--version", "v0.1.0", "--stage", "dev"], check=True)
    assert stages() == {"dev": "adapter@v0.1.0"}
    assert version("adapter#dev").tag == "adapter@v0.1.0"
    subprocess.run([tool, "deprecate", "adapter", "v0.1.0", "dev"], check=True)
    assert stages() == {}
    assert assign("adapter@v0.2.0", "dev") == "adapter#dev#3"
    assert gto("show", "--json")["adapter"]["stage"] == {"dev": "v0.2.0"}


def test_prod_moves_the_pointer_in_a_commit_and_another_stage_does_not(ledger: Path) -> None:
    before = call("git", "rev-parse", "HEAD")
    assert promote_version("v0.1.0", "staging", push=False).startswith("staging: adapter@v0.1.0")
    assert call("git", "rev-parse", "HEAD") == before
    assert "champion: adapter@v0.1.0, committed" in promote_version("v0.1.0", "prod", push=False)
    assert json.loads(Path("champion.json").read_text())["tag"] == "adapter@v0.1.0"
    assert call("git", "log", "-1", "--format=%s").strip() == "Promote adapter@v0.1.0"
    again = promote_version("v0.1.0", "prod", push=False)
    assert again == "adapter@v0.1.0 is the champion already"


def test_a_rollback_gives_the_stage_back(ledger: Path) -> None:
    promote_version("v0.2.0", "prod", push=False)
    roll_back("adapter@v0.1.0")
    assert stages() == {"prod": "adapter@v0.1.0"}
    assert call("git", "log", "-1", "--format=%s").strip() == "Roll back to adapter@v0.1.0"


def test_push_shares_commit_and_tag_or_changes_nothing(ledger: Path) -> None:
    with pytest.raises(UserError, match="nothing was changed: git has no `origin`"):
        promote_version("v0.1.0", "prod", push=True)
    assert (stages(), call("git", "status", "--porcelain")) == ({}, "")
    call("git", "clone", "-q", "--bare", ".", "../origin.git")
    call("git", "remote", "add", "origin", "../origin.git")
    promote_version("v0.1.0", "prod", push=True)
    there = call("git", "--git-dir", "../origin.git", "for-each-ref", "--format=%(refname)")
    assert "refs/tags/adapter#prod#1" in there.split()
    head = call("git", "--git-dir", "../origin.git", "rev-parse", "main")
    assert head == call("git", "rev-parse", "HEAD")


@pytest.mark.parametrize("stage", ["Prod", "#", "a b", ""])
def test_a_stage_that_gto_could_not_read_is_refused(ledger: Path, stage: str) -> None:
    with pytest.raises(UserError, match="a stage is named in small letters"):
        promote_version("v0.1.0", stage, push=False)


def test_the_list_says_verdict_and_score_without_any_output_here(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call("dvc", "gc", "-q", "-w", "-f")
    second, first = listed(History())
    assert (second["champion"], first["champion"]) == (True, False)
    assert (first["verdict"], first["score"]["value"], first["score"]["n"]) == ("SHIP", 0.5, 8)
    show(as_json=False)
    assert "adapter@v0.2.0 *" in capsys.readouterr().out
