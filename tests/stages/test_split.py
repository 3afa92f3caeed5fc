"""Stage split: writes three tables, what was dropped and why; the same input, the same bytes."""

import json
from pathlib import Path
from subprocess import CompletedProcess

import pyarrow.parquet as pq
import pytest

from stages.split import split
from tests.plain_rows import plain_chat, write_plain
from tests.stage_runs import run_here
from tunesmith.errors import UserError
from tunesmith.rows import Row, read_rows, to_frame
from tunesmith.splitting import SplitParams

TABLES = ("train.parquet", "validation.parquet", "test.parquet", "ood.parquet")
FILES = (*TABLES, "dropped.parquet", "split.json")
PARAMS = "seed: 3\nsplit: {validation_ratio: 0.2, test_ratio: 0.2}\n"


def rows() -> list[Row]:
    made = [
        plain_chat(i, f"What does item {i} cost today?", f"It is {i}.") for i in range(100, 160)
    ]
    test = plain_chat("t", "Where is order 48213 with the lamp?", "Here.", split="test")
    return [
        *made,
        test,
        plain_chat("far", "Which river is the longest of all?", "This.", split="ood:rivers"),
        plain_chat("c", "where is order 48213 with the lamp", "No.", split="train"),
    ]


def run(folder: Path, params: str = PARAMS) -> "CompletedProcess[str]":
    (folder / "params.yaml").write_text(params)
    (folder / "ids.csv").write_text("id\n")
    write_plain(folder / "kept.parquet", rows())
    words = "--rows kept.parquet --frozen ids.csv --train train.parquet --test test.parquet"
    words += " --validation validation.parquet --ood ood.parquet"
    words += " --summary split.json --dropped dropped.parquet"
    return run_here(folder, "split", words)


def test_the_tables_hold_every_row_once_and_the_dropped_say_why(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0, done.stderr
    parts = [read_rows(tmp_path / name) for name in TABLES]
    dropped = pq.read_table(tmp_path / "dropped.parquet").to_pylist()
    assert sum(map(len, parts)) + len(dropped) == len(rows())
    assert [(row["id"], row["reason"]) for row in dropped] == [("row-c", "repeats_test")]
    assert dropped[0]["prompt"][0]["content"] == "where is order 48213 with the lamp"
    for part, side in zip(parts, ("train", "validation", "test"), strict=False):
        assert set(part["split"]) == {side}
    assert list(parts[3]["split"]) == ["ood:rivers"]
    summary = json.loads((tmp_path / "split.json").read_text())
    assert summary["rows"] == len(rows())
    assert summary["ood"] == {"rivers": {"rows": 1, "lang": {"en": 1}}}
    assert set(summary["diversity"]) == {"train", "validation", "test", "ood"}
    assert "1 ood:rivers" in done.stdout


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    run(tmp_path)
    before = [(tmp_path / name).read_bytes() for name in FILES]
    run(tmp_path)
    assert [(tmp_path / name).read_bytes() for name in FILES] == before


def test_a_wrong_dial_is_named_with_its_line(tmp_path: Path) -> None:
    done = run(tmp_path, "seed: 3\nsplit:\n  validation_ratio: 2\n")
    assert done.returncode == 1
    assert "params.yaml:3: split.validation_ratio" in done.stderr


def test_an_empty_side_is_told(tmp_path: Path) -> None:
    done = run(tmp_path, "seed: 3\nsplit: {validation_ratio: 0.0, test_ratio: 0.0}\n")
    assert done.returncode == 0
    assert "warning: no validation row" in done.stdout


def test_nothing_left_to_train_on_is_an_error() -> None:
    frame = to_frame([plain_chat(1, "q", "a", split="test")])
    with pytest.raises(UserError, match="none of 1 rows is left to train on"):
        split(frame, set(), SplitParams(), seed=0)
