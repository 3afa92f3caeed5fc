"""The history of looks: a line each, a table for the plot, and no clock in either."""

import csv
from pathlib import Path
from typing import Any

from tunesmith.monitor.history import COLUMNS, read_looks, record, seen_files
from tunesmith.monitor.side import Level, Side
from tunesmith.monitor.words import crossed, verdict, waiting


def look(level: Level = "steady", name: str = "words (en)", digest: str = "ab12") -> dict[str, Any]:
    sides = [
        Side(name, 0.5, 0.1, 0.25, 80, level),
        Side("embedding (en)", None, None, 0.3, 80, "not measured", "no encoder"),
    ]
    return {
        "files": {"asked/a.jsonl": digest},
        "model": None,
        "sides": [side._asdict() for side in sides],
        "waiting": {},
    }


def test_every_look_adds_one_line_and_what_it_measured(tmp_path: Path) -> None:
    looks, history = tmp_path / "looks.jsonl", tmp_path / "history.csv"
    assert read_looks(looks) == []
    assert record(look(), looks, history) == 1
    assert record(look("crossed", digest="cd34"), looks, history) == 2
    assert [one["look"] for one in read_looks(looks)] == [1, 2]
    assert seen_files(read_looks(looks)) == {"ab12", "cd34"}
    with history.open() as file:
        lines = list(csv.DictReader(file))
    assert tuple(lines[0]) == COLUMNS
    assert [(one["look"], one["side"], one["of_limit"], one["level"]) for one in lines] == [
        ("1", "words (en)", "2.0", "steady"),
        ("2", "words (en)", "2.0", "crossed"),
    ]
    assert lines[0]["seen"] != lines[1]["seen"]


def test_the_same_looks_give_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for name in "ab":
        record(look(), tmp_path / name, tmp_path / f"{name}.csv")
        written.append([path.read_bytes() for path in sorted(tmp_path.glob(f"{name}*"))])
    assert written[0] == written[1]


def test_a_verdict_is_decay_before_it_is_drift() -> None:
    assert verdict(look()) == "Steady"
    assert verdict(look("too few rows")) == "Steady"
    assert verdict(look("crossed")) == "Drift"
    assert verdict(look("crossed", "score (exact_match)")) == "Decay"
    assert crossed(look("crossed")) == ["words (en) 0.500 (limit 0.25)"]


def test_rows_that_are_too_few_to_look_at_are_counted() -> None:
    assert waiting({"waiting": {"asked": 12}}) == "12 asked rows wait for more"
    assert waiting({"waiting": {}}) == "no file that no look has seen"
