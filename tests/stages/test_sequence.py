"""Stage sequence: a matrix from the predictions of every step, or word that there is none."""

import json
from pathlib import Path

import pytest

from stages.sequence import main
from tests.evaluation import predictions, shop_rows, write_predictions
from tunesmith.errors import UserError
from tunesmith.rows import write_rows

NONE = "seed: 0\nsequence: {metric: exact_match, by: lang, steps: {}}\n"
TWO = "seed: 0\nsequence: {metric: exact_match, by: lang, steps: {one: en, two: zh}}\n"


def run(folder: Path, params: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    rows = shop_rows()
    write_rows(folder / "rows.parquet", rows)
    for seed, name in enumerate(("base", "one")):
        write_predictions(folder / f"{name}.parquet", predictions(rows, 0.5, seed))
    (folder / "params.yaml").write_text(params)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(
        "sys.argv", ["s", *["--rows", "rows.parquet", "--predictions", ".", "--matrix", "m.json"]]
    )
    main()
    found: dict[str, object] = json.loads((folder / "m.json").read_text())
    return found


def test_without_steps_nothing_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(tmp_path, NONE, monkeypatch) == {"steps": []}


def test_the_steps_are_measured_and_the_same_seed_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = shop_rows()
    write_predictions(tmp_path / "two.parquet", predictions(rows, 0.9, 7))
    first = run(tmp_path, TWO, monkeypatch)
    assert first["tasks"] == ["en", "zh"]
    assert first == run(tmp_path, TWO, monkeypatch)


def test_a_step_without_predictions_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match=r"two.parquet: no such file"):
        run(tmp_path, TWO, monkeypatch)
