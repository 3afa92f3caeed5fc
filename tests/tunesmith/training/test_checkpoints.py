"""A checkpoint is complete only with its hashes; what cannot be used is told of and passed over."""

import json
import shutil
from pathlib import Path

import pytest

from tunesmith.training.checkpoints import damage, newest_whole, prune, seal


def make(work: Path, step: int, best: int | None = None, sealed: bool = True) -> Path:
    folder = work / f"checkpoint-{step}"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "weights").write_bytes(bytes(step))
    (folder / "training_args.bin").write_bytes(b"pickled")
    (folder / "trainer_state.json").write_text(json.dumps({"best_global_step": best or step}))
    if sealed:
        seal(folder)
    return folder


def names(work: Path) -> list[str]:
    return sorted(path.name for path in work.iterdir())


def test_the_newest_whole_one_is_taken_without_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path, 8)
    newest = make(tmp_path, 12)
    assert newest_whole(tmp_path) == newest
    assert capsys.readouterr().out == ""


def test_steps_are_numbers_not_words(tmp_path: Path) -> None:
    make(tmp_path, 9)
    assert newest_whole(tmp_path) != make(tmp_path, 10, sealed=False)
    assert newest_whole(tmp_path) == tmp_path / "checkpoint-9"


@pytest.mark.parametrize("change", ["flip", "cut", "delete"])
def test_a_damaged_file_is_named_and_the_one_before_it_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    before, broken = make(tmp_path, 8), make(tmp_path, 12) / "sub" / "weights"
    if change == "delete":
        broken.unlink()
    else:
        broken.write_bytes(b"\1" * 12 if change == "flip" else bytes(11))
    assert newest_whole(tmp_path) == before
    line = "checkpoint-12 is damaged (sub/weights); going on from checkpoint-8"
    assert capsys.readouterr().out == f"{tmp_path.name}: {line}\n"
    assert names(tmp_path) == ["checkpoint-8"]


def test_a_cut_list_of_hashes_is_damage(tmp_path: Path) -> None:
    folder = make(tmp_path, 8)
    (folder / "complete.json").write_text('{"sub/wei')
    assert damage(folder) == "is damaged (complete.json)"


def test_none_left_starts_again_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path, 4, sealed=False)
    (make(tmp_path, 8) / "trainer_state.json").unlink()
    assert newest_whole(tmp_path) is None
    assert capsys.readouterr().out.splitlines() == [
        f"{tmp_path.name}: checkpoint-8 is damaged (trainer_state.json); starting again",
        f"{tmp_path.name}: checkpoint-4 was not finished; starting again",
    ]


def test_one_whose_best_is_damaged_is_of_no_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    best = make(tmp_path, 4)
    make(tmp_path, 8, best=4)
    assert newest_whole(tmp_path) == tmp_path / "checkpoint-8"
    shutil.rmtree(best)
    assert newest_whole(tmp_path) is None
    assert "its best, checkpoint-4, is gone; starting again" in capsys.readouterr().out


def test_an_empty_or_missing_work_folder_starts_quietly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert newest_whole(tmp_path / "none") is None
    assert capsys.readouterr().out == ""


def test_the_newest_two_and_the_best_of_each_are_kept(tmp_path: Path) -> None:
    for step, best in ((2, 2), (4, 4), (6, 4), (8, 4), (10, 10)):
        make(tmp_path, step, best)
    prune(tmp_path)
    assert names(tmp_path) == ["checkpoint-10", "checkpoint-4", "checkpoint-8"]


def test_nothing_that_was_pickled_is_kept(tmp_path: Path) -> None:
    assert not (make(tmp_path, 2) / "training_args.bin").exists()
