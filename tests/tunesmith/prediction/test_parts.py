"""A run that was killed goes on where it stopped, and ends as one that was not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.tiny import chat_row, text_row
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.prediction import run
from tunesmith.prediction.params import PredictParams
from tunesmith.prediction.parts import Parts, parts_of

PARAMS = PredictParams(batch_size=1, max_new_tokens=4, latency_requests=0)
ROWS = [chat_row(number, "q" * (number + 1), "a") for number in range(20)]


@pytest.fixture
def base(tiny_base: Path, tmp_path: Path) -> Path:
    resolve(BaseParams(model=str(tiny_base))).write(tmp_path / "base")
    return tmp_path / "base"


def test_parts_hold_every_row_once_and_one_form_each() -> None:
    rows = [*ROWS, *[text_row(number, "text") for number in range(5)]]
    parts = list(parts_of(rows, "chat", 1))
    assert sorted(place for _, places in parts for place in places) == list(range(25))
    assert {form for form, _ in parts} == {"chat", "text"}
    assert all((form == "text") == (place >= 20) for form, places in parts for place in places)


def test_a_killed_run_continues_and_gives_the_same_table(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = run.predict(base, ROWS, PARAMS, 0).table
    asked: list[int] = []
    real = run.FORMS["chat"]

    def dies_in_the_third(loaded: Any, rows: Any, params: Any) -> pd.DataFrame:
        asked.append(len(rows))
        if len(asked) == 3:
            raise KeyboardInterrupt
        return real(loaded, rows, params)

    monkeypatch.setitem(run.FORMS, "chat", dies_in_the_third)
    with pytest.raises(KeyboardInterrupt):
        run.predict(base, ROWS, PARAMS, 0, tmp_path / "parts")
    again = run.predict(base, ROWS, PARAMS, 0, tmp_path / "parts").table
    assert asked == [8, 8, 4, 4]  # the third part twice, the first two once
    assert "2 parts are there from a run that did not end" in capsys.readouterr().out
    pd.testing.assert_frame_equal(again, whole)


def test_a_damaged_part_is_made_again(tmp_path: Path) -> None:
    made: list[int] = []

    def make() -> tuple[pd.DataFrame, float]:
        made.append(1)
        return pd.DataFrame({"prediction": ["a"]}), 0.5

    def told(make: Callable[[], tuple[pd.DataFrame, float]]) -> float:
        return Parts(tmp_path).get(0, make)[1]

    assert told(make) == told(make) == 0.5
    (tmp_path / "00000.parquet").write_bytes(b"half")
    assert told(make) == 0.5
    assert len(made) == 2
