"""All that a version names is hashed again; each file that is another is one line."""

from pathlib import Path

import pytest

from flows.history import History
from flows.verify import verify
from tests.flows.conftest import call

TABLE = "data/train/train.parquet"


@pytest.fixture
def told(ledger: Path, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Return exit code and lines of a look at a version, without those of the toy's base."""

    def look(name: str | None, pull: bool = False) -> tuple[int, list[str]]:
        code = verify(name, pull)
        lines = capsys.readouterr().out.splitlines()
        return code, [line for line in lines if not line.startswith(("base ", "models/sft/man"))]

    return look


def spoil(path: Path) -> None:
    """Write other bytes."""
    path.chmod(0o644)
    path.write_text("other")


def test_what_is_whole_is_counted(told) -> None:  # type: ignore[no-untyped-def]
    _, lines = told("v0.1.0")
    assert len(lines) == 1
    assert "files of DVC's cache hashed again" in lines[0]


def test_other_bytes_in_the_cache_are_one_line_with_the_file(told) -> None:  # type: ignore[no-untyped-def]
    history = History()
    spoil(history.path("adapter@v0.1.0", TABLE))
    spoil(history.path("adapter@v0.1.0", "models/sft/weights.txt"))
    code, lines = told("v0.1.0")
    assert code == 1
    assert [line.partition(":")[0] for line in lines[:-1]] == [TABLE, "models/sft/weights.txt"]
    assert "DVC's cache holds other bytes (md5 795f3202…" in lines[0]


def test_what_is_missing_is_a_line_until_it_is_pulled(told) -> None:  # type: ignore[no-untyped-def]
    History().path("adapter@v0.1.0", TABLE).unlink()
    code, lines = told("v0.1.0")
    assert (code, lines[0]) == (
        1, f"{TABLE}: not in DVC's cache here; `--pull` fetches it from the remote",
    )  # fmt: skip
    assert len(told("v0.1.0", pull=True)[1]) == 1


def test_code_that_the_run_did_not_have_is_told_of_its_commit(told) -> None:  # type: ignore[no-untyped-def]
    Path("src/code.py").write_text("# mended in the tag\n")
    call("git", "commit", "-qam", "Change")
    call("git", "tag", "-a", "adapter@v0.3.0", "-m", "x", "-m", "Model: models/sft")
    code, lines = told("v0.3.0")
    assert (code, lines[0]) == (
        1, "src/code.py: the commit holds other code than the last run has read",
    )  # fmt: skip


def test_a_metric_that_was_written_over_in_git_is_told(told) -> None:  # type: ignore[no-untyped-def]
    Path("reports/gate.json").write_text('{"verdict": "SHIP", "reasons": []}')
    call("git", "commit", "-qam", "Polish")
    code, lines = told(None)
    assert code == 1
    assert "reports/gate.json: git holds other bytes than dvc.lock says" in lines


def test_an_output_that_lies_here_changed_is_told(told) -> None:  # type: ignore[no-untyped-def]
    Path(TABLE).unlink()
    Path(TABLE).write_text("other")
    _, lines = told(None)
    assert f"{TABLE}: here it is not what dvc.lock says; `dvc checkout` brings it back" in lines


def test_a_round_of_feedback_is_hashed_too(told) -> None:  # type: ignore[no-untyped-def]
    spoil(History().path("adapter@v0.2.0", "data/feedback/001-0a1b2c3d.jsonl"))
    code, lines = told("v0.2.0")
    assert code == 1
    assert lines[0].startswith("data/feedback/001-0a1b2c3d.jsonl: DVC's cache holds other bytes")


def test_a_manifest_of_other_rows_or_code_is_told(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify("v0.1.0", False) == 1
    told = capsys.readouterr().out
    assert "models/sft/manifest.json: trained by other code than the commit holds" in told
    assert "base data/demo-base: " in told


def test_a_run_that_is_not_committed_is_not_taken_for_one_without_a_fault(
    delivery: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(None, pull=False) == 0
    told = capsys.readouterr().out
    assert "it names no output: a run counts once its dvc.lock is committed" in told
