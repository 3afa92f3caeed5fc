"""Evaluation sets and the folder of them."""

from pathlib import Path

import pytest

from tunesmith.cleaners.decontaminate import Decontaminate
from tunesmith.errors import UserError
from tunesmith.text.evaluation_sets import EvaluationSet, sets_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    held = tmp_path / "sets"
    held.mkdir()
    for name in ("quiz.jsonl", "exam.v2.jsonl.gz", "README.md", "notes.json"):
        (held / name).write_bytes(b"")
    return held


def test_a_folder_holds_the_sets_that_its_files_name(folder: Path) -> None:
    assert [one.name for one in sets_in(folder)] == ["exam.v2", "quiz"]
    assert sets_in(folder / "none") == []


def test_a_name_alone_is_a_set_of_the_folder(folder: Path) -> None:
    step = Decontaminate.model_validate({"against": ["quiz", {"name": "exam.v2", "column": "ask"}]})
    found = step.located(folder).against
    assert [one.path for one in found] == [
        str(folder / "quiz.jsonl"),
        str(folder / "exam.v2.jsonl.gz"),
    ]
    assert found[1].column == "ask"
    assert all(one.is_watched(folder) for one in (*step.against, *found))


def test_a_path_of_its_own_stays_and_is_not_watched(folder: Path) -> None:
    elsewhere = EvaluationSet(name="quiz", path=str(folder.parent / "quiz.jsonl"))
    assert elsewhere.located(folder) == elsewhere
    assert not elsewhere.is_watched(folder)
    assert EvaluationSet(name="quiz", path=str(folder / "quiz.jsonl")).is_watched(folder)


def test_a_name_that_is_not_there_is_answered_with_those_that_are(folder: Path) -> None:
    with pytest.raises(UserError, match=r"sets: no quizz\.jsonl .* sets here: exam\.v2, quiz; put"):
        EvaluationSet(name="quizz").located(folder)
    with pytest.raises(UserError, match="evaluation sets here: none; put the file there"):
        EvaluationSet(name="quiz").located(folder / "none")
