"""Stage exam: all sets in one table."""

import json
from pathlib import Path

import pytest

from stages.exam import tell
from tests.stage_runs import run_here
from tests.tiny import chat_row
from tunesmith.behaviour.expand import Expanded
from tunesmith.behaviour.left_out import LeftOut
from tunesmith.exam.assemble import Exam
from tunesmith.files import sha256_file
from tunesmith.rows import read_rows, to_frame, write_rows

FLAGS = (
    "--test test.parquet --validation validation.parquet --ood ood.parquet "
    "--retention retention --behaviour behaviour "
    "--rows exam.parquet --summary exam.json"
)


def test_all_sets_are_in_one_table_and_counted(tmp_path: Path) -> None:
    rows = [{**chat_row(number, f"q{number}", "a"), "split": "test"} for number in range(3)]
    write_rows(tmp_path / "test.parquet", to_frame(rows))
    held = {**chat_row(9, "held", "a"), "split": "validation"}
    write_rows(tmp_path / "validation.parquet", to_frame([held]))
    write_rows(tmp_path / "ood.parquet", to_frame([]))
    (tmp_path / "retention").mkdir()
    (tmp_path / "retention" / "prose.jsonl").write_text('{"text": "some words"}\n')
    (tmp_path / "behaviour").mkdir()
    (tmp_path / "behaviour" / "own.jsonl").write_text(
        '{"test": "says a", "kind": "MFT", "capability": "Copying", "prompt": "say a", '
        '"expect": {"contains": ["a"]}}\n'
        '{"test": "is good", "kind": "MFT", "capability": "Words", "prompt": "good", '
        '"expect": {"label": "positive"}}\n'
    )
    (tmp_path / "params.yaml").write_text("seed: 0\nexam: {}\n")
    told = run_here(tmp_path, "exam", FLAGS)
    assert told.stdout == (
        "exam: 1 behaviour, 1 retention:prose, 3 test, 1 validation\n"
        "exam: is good is not asked: a test for task classification; this project's is chat\n"
    )
    table = read_rows(tmp_path / "exam.parquet")
    assert table["split"].tolist() == [*["test"] * 3, "validation", "retention:prose", "behaviour"]
    summary = json.loads((tmp_path / "exam.json").read_text())
    assert summary["left_out"] == {}
    assert summary["behaviour"]["cases"] == {"says a": 1}
    assert summary["sha256"] == {
        name: sha256_file(tmp_path / f"{name}.parquet") for name in ("test", "exam")
    }


def test_of_a_test_that_is_asked_in_part_the_rest_is_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    left_out = [LeftOut("Q & A", "own.jsonl:1", "labels has no 1", cases) for cases in (33, 1)]
    tell(Exam([], {}, Expanded([], {}, left_out, {})))
    assert capsys.readouterr().out.splitlines()[1:] == [
        "exam: 33 cases of Q & A are not asked: labels has no 1",
        "exam: 1 case of Q & A is not asked: labels has no 1",
    ]
