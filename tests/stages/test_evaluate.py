"""Stage evaluate: predictions of three models to scores, comparisons and row scores."""

import json
from pathlib import Path

import pandas as pd
import pytest

from stages.evaluate import main
from tests.evaluation import write_inputs
from tunesmith.errors import UserError
from tunesmith.rewards.table import write_rewards

INPUTS = "--rows test.parquet --base base.parquet --candidate candidate.parquet"
FILES = "--metrics metrics.json --scores scores.csv --comparisons comparisons.json"
REST = "--behaviour b.json --per-row per_row.parquet --recorded judge --replies replies.jsonl"
ARGUMENTS = f"{INPUTS} --champion champion.parquet --rewards rewards.parquet {FILES} {REST}"
OUTPUTS = ("metrics.json", "scores.csv", "comparisons.json", "b.json", "per_row.parquet")


def run_main(
    folder: Path, monkeypatch: pytest.MonkeyPatch, metrics: str = "exact_match, bleu"
) -> None:
    params = f"seed: 0\nevaluate:\n  metrics: [{metrics}]\n  slices: [lang]\n  resamples: 200\n"
    (folder / "params.yaml").write_text(params)
    monkeypatch.chdir(folder)
    write_rewards(folder / "rewards.parquet", {})
    monkeypatch.setattr("sys.argv", ["evaluate", *ARGUMENTS.split()])
    main()


def test_the_stage_writes_the_same_bytes_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_inputs(tmp_path)
    run_main(tmp_path, monkeypatch)
    first = {name: (tmp_path / name).read_bytes() for name in OUTPUTS}
    run_main(tmp_path, monkeypatch)
    assert first == {name: (tmp_path / name).read_bytes() for name in OUTPUTS}
    header = first["scores.csv"].split(b"\n")[0]
    assert header == b"model,set,slice,metric,value,stderr,low,high,n"
    assert set(json.loads(first["metrics.json"])["candidate"]) == {"exact_match", "bleu"}


def test_predictions_of_other_rows_stop_the_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_inputs(tmp_path)
    pd.read_parquet(tmp_path / "base.parquet").iloc[1:].to_parquet(tmp_path / "base.parquet")
    with pytest.raises(
        UserError, match=r"base\.parquet: 1 rows have no prediction, first test-000"
    ):
        run_main(tmp_path, monkeypatch)


def test_a_misspelt_metric_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_inputs(tmp_path)
    with pytest.raises(UserError, match=r'params\.yaml:3: .*no metric "rogue_l"'):
        run_main(tmp_path, monkeypatch, "rogue_l")
