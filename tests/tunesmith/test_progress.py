"""A line now and then, none for what is soon done."""

import pytest

from tunesmith import progress
from tunesmith.progress import Progress


def told(monkeypatch: pytest.MonkeyPatch, seconds_per_row: float, rows: int) -> None:
    clock = iter(range(10**9))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock) * seconds_per_row)
    monkeypatch.setattr(progress, "EVERY_ROWS", 1)
    counted = Progress("a.jsonl")
    for _ in range(rows):
        counted.add()
    assert counted.rows == rows


def test_a_long_file_is_told_of_every_few_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told(monkeypatch, 3.0, 9)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("a.jsonl: 4 rows so far, ")
    assert len(lines) == 2


def test_a_short_file_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told(monkeypatch, 0.1, 9)
    assert capsys.readouterr().out == ""
