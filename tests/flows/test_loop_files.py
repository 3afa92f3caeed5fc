"""What the improve loop remembers between its looks."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flows import improve, loop_files
from tunesmith.files import write_json

pytestmark = pytest.mark.usefixtures("in_empty_folder")


@pytest.fixture
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where nothing is yet."""
    monkeypatch.chdir(tmp_path)


def rounds(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Let the ledger hold so many rounds."""
    monkeypatch.setattr(loop_files, "read_ledger", lambda _: [SimpleNamespace()] * count)


def test_a_loop_that_was_killed_goes_on_with_what_it_had_begun_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rounds(monkeypatch, 2)
    assert loop_files.begun_with() == 2
    rounds(monkeypatch, 3)
    assert loop_files.begun_with() == 2
    loop_files.ended()
    assert loop_files.begun_with() == 3
    rounds(monkeypatch, 1)  # another branch
    assert loop_files.begun_with() == 1


def test_rounds_of_others_are_fetched_before_a_loop_counts_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rounds(monkeypatch, 0)
    seen: list[int] = []

    def fetch(*_: Any) -> Any:
        rounds(monkeypatch, 2)

    def decide(begun: int, *_: Any) -> dict[str, Any]:
        seen.append(begun)
        return {"action": None, "why": "done"}

    monkeypatch.setattr(improve, "_begin_up_to_date", fetch)
    monkeypatch.setattr(loop_files, "decide", decide)
    monkeypatch.setattr(improve.run_branch, "abandon", lambda _: None)
    assert improve._next(0, False, improve.Approval(), False, None, []) == "done"
    assert seen == [2]


def test_what_training_costs_is_laid_aside_with_the_scores() -> None:
    loop_files.PER_ROW.parent.mkdir(parents=True)
    loop_files.PER_ROW.write_bytes(b"scores")
    for seconds in (1.0, 2.0):
        write_json(loop_files.COSTS / "train-sft.json", {"train_seconds": seconds})
        loop_files.HERE.mkdir(parents=True, exist_ok=True)
        loop_files.keep_scores()
    kept = loop_files.COSTS_BEFORE / "train-sft.json"
    assert kept.read_bytes() == (loop_files.COSTS / "train-sft.json").read_bytes()
