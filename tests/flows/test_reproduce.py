"""A version is rebuilt in a clean clone whose cache holds no output, and compared."""

from pathlib import Path

import pytest
from dvc.repo import Repo

from flows.history import History
from flows.reproduce import prepare, run_reproduce
from flows.subjects import subject
from tests.flows.conftest import call
from tunesmith.errors import UserError


def test_the_clone_has_inputs_and_the_champion_of_then_but_no_output(ledger: Path) -> None:
    history = History()
    found = subject("v0.2.0", history)
    assert found is not None
    clone = prepare(found, Path("../clone").absolute(), history)
    assert (clone / "data/feedback/001-0a1b2c3d.jsonl").exists()
    config = clone / ".dvc/config"
    config.write_text(config.read_text() + "[cache]\n    dir = ../../shared\n")
    with Repo(str(clone)) as repo:
        assert Path(repo.cache.local.path).is_relative_to(clone.resolve())
    own = {path.parent.name + path.name for path in (clone / ".dvc/cache").rglob("*")}
    assert history.lock("adapter@v0.1.0").out("models/sft").md5 in own  # type: ignore[union-attr]
    assert history.lock("adapter@v0.2.0").out("data/train/train.parquet").md5 not in own  # type: ignore[union-attr]
    assert not (clone / "data/train/train.parquet").exists()


def test_a_version_comes_out_byte_for_byte_and_leaves_nothing_here(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("raw-notes.txt").write_text("mine\n")
    assert run_reproduce("v0.2.0", False, 0.0, False) == 0
    out = capsys.readouterr().out
    assert "adapter@v0.2.0: reproduced (byte for byte): 13 same" in out
    assert call("git", "status", "--porcelain") == "?? raw-notes.txt\n"


def test_what_does_not_repeat_is_named_with_both_hashes(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = Path("dvc.yaml").read_text()
    Path("dvc.yaml").write_text(text.replace("in/noise >", "in/noise /proc/uptime >"))
    from flows.runner import dvc

    dvc("repro", "-q")
    call("git", "commit", "-qam", "Depend on the hour")
    assert run_reproduce("HEAD", False, 0.0, False) == 1
    out = capsys.readouterr().out
    [line] = [line for line in out.splitlines() if line.startswith("models/sft ")]
    assert "differs" in line
    assert "1 DIFFER (byte for byte)" in out
    assert run_reproduce("HEAD", False, 0.05, False) == 0
    assert "within tolerance" in capsys.readouterr().out


def test_a_stage_that_fails_is_told_in_a_line(ledger: Path) -> None:
    text = Path("dvc.yaml").read_text()
    Path("dvc.yaml").write_text(text.replace("cp in/base.json", "cp in/gone.json"))
    call("git", "commit", "-qam", "Break")
    with pytest.raises(UserError, match=r"dvc repro in the clone: ERROR: failed to reproduce"):
        run_reproduce("HEAD", False, 0.0, False)


def test_a_row_is_no_version(ledger: Path) -> None:
    with pytest.raises(UserError, match="a1: no version, stage or commit"):
        run_reproduce("a1", False, None, False)
