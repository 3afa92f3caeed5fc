"""The story of a row, across the tables of the stages."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from rich.console import Console

from stages.augment import left_out_table
from stages.split import dropped_table
from tests.tunesmith.cleaners.rows_for_tests import chat, frame
from tunesmith.augmenters.make import Refused
from tunesmith.cleaners.exact_duplicates import ExactDuplicates
from tunesmith.cleaners.pii import Pii
from tunesmith.cleaners.run import DECISIONS, run_cleaners
from tunesmith.cli.story import stories
from tunesmith.cli.tables import FILES, QUARANTINE, Tables
from tunesmith.cli.why import explain
from tunesmith.errors import UserError
from tunesmith.rows import Row, to_frame, to_rows, write_rows, write_table
from tunesmith.splitting.separate import Drop
from tunesmith.splitting.split import Splits

PHONE = "13800138123"


@pytest.fixture
def rows(tmp_path: Path) -> list[Row]:
    table = frame(
        chat(f"Call me on {PHONE}", "Sure."),
        chat("Where is it?", "Here."),
        chat("where is it", "Here!"),
        chat("Bye", "Bye bye"),
    )
    cleaned = run_cleaners(table, [Pii(), ExactDuplicates()], 0)
    kept = to_rows(cleaned.kept)
    child = {**kept[0], "id": "c" * 16, "parent": kept[0]["id"], "op": "eda", "source": "made"}
    drop = Drop(2, "repeats a test row", kept[1]["id"])
    splits = Splits([], [], [], [], [kept[2]], [drop], {})
    write_rows(tmp_path / FILES["collected"], table)
    write_rows(tmp_path / FILES["kept"], cleaned.kept)
    decisions = pa.Table.from_pylist(cleaned.decisions, schema=DECISIONS)
    write_table(tmp_path / FILES["decisions"], decisions)
    write_rows(tmp_path / FILES["split train"], to_frame(kept[:1]))
    write_rows(tmp_path / FILES["split test"], to_frame(kept[1:2]))
    write_table(tmp_path / FILES["split dropped"], dropped_table(splits))
    write_rows(tmp_path / FILES["train"], to_frame([kept[0], child]))
    aside = {"file": "t.jsonl", "line": 9, "reason": "no answer", "raw": f'{{"q": "{PHONE}"}}'}
    (tmp_path / QUARANTINE).write_text(json.dumps(aside) + "\n", encoding="utf-8")
    (tmp_path / "params.yaml").write_text("phases:\n  sft: {task: chat}\n  cls: {task: x}\n")
    return to_rows(table)


def told(root: Path, name: str) -> list[tuple[Any, ...]]:
    (story,) = stories(name, Tables(root))
    return [event[:3] for event in story.events]


def test_a_trained_row_is_followed_to_its_phases(tmp_path: Path, rows: list[Row]) -> None:
    assert told(tmp_path, rows[0]["id"]) == [
        ("collect", "read", "chat, en"),
        ("clean: pii", "rewrite", "phone (score 1)"),
        ("split", "train", "its side of the split"),
        ("augment", "made from it", "eda"),
        ("train", "trained on", "phases: sft"),
    ]


def test_a_place_names_the_row_as_well_as_its_id(tmp_path: Path, rows: list[Row]) -> None:
    tables = Tables(tmp_path)
    assert stories("t.jsonl:3", tables) == stories(rows[2]["id"], tables)


def test_a_duplicate_is_shown_with_its_partner(tmp_path: Path, rows: list[Row]) -> None:
    (story,) = stories("t.jsonl:3", Tables(tmp_path))
    assert story.events[-1].partner == rows[1]["id"]
    assert story.end == "dropped by clean: exact_duplicates: repeats an earlier row (score 1)"


def test_held_out_rows_split_drops_and_made_rows_end_where_they_are(
    tmp_path: Path, rows: list[Row]
) -> None:
    tables = Tables(tmp_path)
    assert stories("t.jsonl:2", tables)[0].end == "in the test rows"
    assert stories("t.jsonl:4", tables)[0].end == "dropped by split: repeats a test row"
    made = stories("c" * 16, tables)[0]
    assert (made.events[0].partner, made.end) == (rows[0]["id"], "in the train rows")


def test_a_quarantined_line_has_its_reason(tmp_path: Path, rows: list[Row]) -> None:
    assert told(tmp_path, "t.jsonl:9") == [("collect", "set aside", "no answer")]


def test_a_near_match_is_offered(tmp_path: Path, rows: list[Row]) -> None:
    with pytest.raises(UserError, match=f"did you mean {rows[1]['id']}"):
        stories(rows[1]["id"][:7], Tables(tmp_path))
    with pytest.raises(UserError, match=r"did you mean t\.jsonl:\d"):
        stories("t.jsnol:2", Tables(tmp_path))
    with pytest.raises(UserError, match="4 rows are known"):
        stories("???", Tables(tmp_path))


@pytest.mark.parametrize("name", ["t.jsonl:1", "t.jsonl:9"])
def test_no_personal_data_reaches_the_screen(tmp_path: Path, rows: list[Row], name: str) -> None:
    console = Console(record=True, width=200)
    explain(name, tmp_path, console)
    shown = console.export_text()
    assert PHONE not in shown
    assert "<PHONE>" in shown


def test_markup_in_a_row_is_printed_as_it_is(tmp_path: Path) -> None:
    write_rows(tmp_path / FILES["collected"], frame(chat("[bold]x[/nonsense]", "[red]")))
    console = Console(record=True, width=200)
    explain("t.jsonl:1", tmp_path, console)
    assert "[bold]x[/nonsense]" in console.export_text()


def test_before_anything_was_collected_the_way_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="dvc repro collect"):
        Tables(tmp_path)


def test_a_row_that_balance_left_out_ends_there(tmp_path: Path, rows: list[Row]) -> None:
    gone = Refused({**rows[1], "split": "train"}, "balance", "intent")
    write_table(tmp_path / FILES["left out"], left_out_table([gone]))
    (story,) = stories("t.jsonl:2", Tables(tmp_path))
    assert story.end == "left out by augment: balance"
