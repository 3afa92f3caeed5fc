"""Stages combine and personalise: from phases to a model that predict and export take."""

import json
from pathlib import Path

from tests.adapters import save_adapter
from tests.stage_runs import run_here
from tests.tiny import chat_row
from tunesmith.export.run import export
from tunesmith.files import read_json
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.rows import to_frame, write_rows

PARAMS = """seed: 0
combine:
  both: {of: [one, two], how: {kind: linear, weights: [0.5, 1]}}
personalise:
  own: {from: one, by: meta.user, min_rows: 3, learning_rate: 0.01, epochs: 1, resamples: 50}
predict: {max_new_tokens: 4, latency_requests: 2, batch_size: 4}
"""
ROWS = [
    chat_row(i, f"say {i}", "yes", meta=json.dumps({"user": f"=u{i % 2}"}), lang="en")
    for i in range(8)
]


def project(tiny_base: Path, folder: Path) -> None:
    resolve(BaseParams(model=str(tiny_base))).write(folder / "models" / "base")
    for seed, name in enumerate(("one", "two")):
        save_adapter(folder / "models" / "base", folder / "models" / name, seed)
    (folder / "params.yaml").write_text(PARAMS)
    write_rows(folder / "rows.parquet", to_frame([*ROWS, chat_row(9, "more", "no")]))


def ran(folder: Path, stage: str, words: str) -> str:
    done = run_here(folder, stage, words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_merged_adapter_is_predicted_and_exported(tiny_base: Path, tmp_path: Path) -> None:
    project(tiny_base, tmp_path)
    four = "--first models/one --second models/two --last-but-one models/one --last models/two"
    told = ran(
        tmp_path,
        "combine",
        f"--name both {four} --rows rows.parquet --model models/both --outcome both.json",
    )
    assert told == "combine@both: linear of one, two\n"
    assert read_json(tmp_path / "both.json")["weights"] == {"one": 0.5, "two": 1.0}
    record = export(tmp_path / "models" / "both", tmp_path / "exported", ROWS, 4, 0)
    assert record.phase == "both"
    assert (tmp_path / "exported" / "model.safetensors").exists()


def test_own_adapters_are_told_group_by_group(tiny_base: Path, tmp_path: Path) -> None:
    project(tiny_base, tmp_path)
    told = ran(
        tmp_path,
        "personalise",
        "--name own --shared models/one --rows rows.parquet --validation rows.parquet "
        "--model models/own --groups own.csv --outcome own.json",
    )
    assert told.splitlines()[-1].startswith("personalise@own: 2 adapters; loss lower by ")
    lines = (tmp_path / "own.csv").read_text().splitlines()
    assert lines[0].startswith("group,train_rows,held_out_rows,shared_loss")
    assert lines[1].startswith("'=u0,4,4,")  # what a spreadsheet would run as a formula
    ran(
        tmp_path,
        "predict",
        "--name own --model models/own --rows rows.parquet --predictions p.parquet "
        "--efficiency e.json",
    )
    counts = read_json(tmp_path / "e.json")["rows_by_adapter"]
    assert counts.pop("shared") == 1
    assert sorted(counts.values()) == [4, 4]
