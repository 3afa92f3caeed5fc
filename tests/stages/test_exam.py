"""Stage exam: all sets in one table."""

import json
from pathlib import Path

from tests.stage_runs import run_here
from tests.tiny import chat_row
from tunesmith.rows import read_rows, to_frame, write_rows

FLAGS = (
    "--test test.parquet --ood ood.parquet --retention retention --behaviour behaviour "
    "--rows exam.parquet --summary exam.json"
)


def test_all_sets_are_in_one_table_and_counted(tmp_path: Path) -> None:
    rows = [{**chat_row(number, f"q{number}", "a"), "split": "test"} for number in range(3)]
    write_rows(tmp_path / "test.parquet", to_frame(rows))
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
        "exam: 1 behaviour, 1 retention:prose, 3 test\n"
        "exam: is good is not asked: a test for task classification; this project's is chat\n"
    )
    table = read_rows(tmp_path / "exam.parquet")
    assert table["split"].tolist() == [*["test"] * 3, "retention:prose", "behaviour"]
    summary = json.loads((tmp_path / "exam.json").read_text())
    assert summary["left_out"] == {}
    assert summary["behaviour"]["cases"] == {"says a": 1}
