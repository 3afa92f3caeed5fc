"""Predictions under another name of the same model are taken, and only those."""

from pathlib import Path

import pytest

from tunesmith.prediction.kept import KEPT, keep, key_of, take

DIALS = {"batch_size": 4, "seed": 0}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "base.json").write_text("{}")
    (tmp_path / "rows.parquet").write_text("rows")
    return tmp_path / "model"


def outputs_in(folder: Path) -> dict[str, Path]:
    return {"predictions": folder / "x.parquet", "efficiency": folder / "x.json"}


def written(folder: Path, text: str) -> dict[str, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for what, output in outputs_in(folder).items():
        output.write_text(f"{what} {text}")
    return outputs_in(folder)


def test_another_name_takes_what_the_first_has_made(tmp_path: Path) -> None:
    keep(tmp_path / "kept" / "key", "base", written(tmp_path / "base", "made by base"))
    asked = outputs_in(tmp_path / "champion")
    assert take(tmp_path / "kept" / "key", "champion", asked) == "base"
    assert {what: path.read_text() for what, path in asked.items()} == {
        "predictions": "predictions made by base",
        "efficiency": "efficiency made by base",
    }


def test_its_own_are_made_anew(tmp_path: Path) -> None:
    outputs = written(tmp_path / "base", "made by base")
    keep(tmp_path / "kept" / "key", "base", outputs)
    assert take(tmp_path / "kept" / "key", "base", outputs) is None


def test_what_was_not_kept_to_its_end_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "kept" / "key").mkdir(parents=True)
    (tmp_path / "kept" / "key" / "predictions").write_text("half")
    assert take(tmp_path / "kept" / "key", "champion", outputs_in(tmp_path)) is None


def test_model_rows_dials_and_code_decide(
    model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = tmp_path / "rows.parquet"
    keys = [key_of(model, rows, DIALS), key_of(model, rows, {**DIALS, "seed": 1})]
    rows.write_text("other rows")
    keys.append(key_of(model, rows, DIALS))
    (model / "base.json").write_text('{"digest": 1}')
    keys.append(key_of(model, rows, DIALS))
    monkeypatch.setattr("tunesmith.__file__", str(model / "__init__.py"))
    keys.append(key_of(model, rows, DIALS))
    assert len(set(keys)) == 5


def test_the_folder_of_a_model_does_not_decide(model: Path, tmp_path: Path) -> None:
    other = model.rename(tmp_path / "other")
    rows = tmp_path / "rows.parquet"
    first = key_of(other, rows, DIALS)
    assert key_of(other.rename(model), rows, DIALS) == first


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    outputs = written(tmp_path / "base", "made")
    for number in range(KEPT + 3):
        keep(tmp_path / "kept" / f"{number:02}", "base", outputs)
    assert len(list((tmp_path / "kept").iterdir())) == KEPT
    assert (tmp_path / "kept" / f"{KEPT + 2:02}").exists()
