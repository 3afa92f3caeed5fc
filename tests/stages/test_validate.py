"""Stage validate: result and failed rows are written first, then the gate decides."""

import csv
import json
from pathlib import Path
from subprocess import CompletedProcess

import pandas as pd
import pytest

from stages.validate import gate, validate
from tests.plain_rows import plain_chat, write_plain
from tests.stage_runs import run_here
from tests.tunesmith.expectations.evidence import evidence_of
from tunesmith.errors import UserError
from tunesmith.expectations import ValidateParams, ValidateSuites
from tunesmith.expectations.finding import Finding
from tunesmith.expectations.rows_at_least import RowsAtLeast
from tunesmith.rows import Row

PARAMS = """
validate:
  clean:
    expectations:
      - {kind: answer_present}
      - {kind: unique_ids}
      - {kind: rows_at_least, n: 100, severity: warning}
"""


def run(folder: Path, rows: list[Row], suite: str = "clean") -> "CompletedProcess[str]":
    (folder / "params.yaml").write_text(PARAMS)
    write_plain(folder / "rows.parquet", rows)
    decisions = pd.DataFrame({"id": ["a"], "source": ["a"], "step": ["s"], "action": ["keep"]})
    decisions.to_parquet(folder / "decisions.parquet")
    words = f"--suite {suite} --rows rows.parquet --against rows.parquet --base base"
    words += " --ood rows.parquet --evaluation-sets sets"
    words += " --decisions decisions.parquet --result r.json --failed f.csv --docs d.html"
    words += " --passed ok.passed"
    return run_here(folder, "validate", words)


def test_good_rows_pass_and_a_warning_is_only_told(tmp_path: Path) -> None:
    done = run(tmp_path, [plain_chat(1, "q", "a"), plain_chat(2, "问", "答")])
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "ok.passed").read_text() == "passed\n"
    assert done.stderr == ""
    assert "warning: rows_at_least: 2 rows, at least 100" in done.stdout
    result = json.loads((tmp_path / "r.json").read_text())
    assert result["success"] is True
    assert [item["status"] for item in result["expectations"]] == ["passed", "passed", "failed"]
    assert (tmp_path / "f.csv").read_text() == "id,source,expectation,reason\n"


def test_a_failure_stops_the_run_with_the_first_row_and_leaves_no_pass(tmp_path: Path) -> None:
    (tmp_path / "ok.passed").write_text("passed\n")
    done = run(tmp_path, [plain_chat(1, "q", "a"), plain_chat(2, "q", " "), plain_chat(3, "q", "")])
    assert done.returncode == 1
    assert done.stderr == (
        "error: validate@clean failed: answer_present: 2 of 3 rows, first toy.jsonl:2; see f.csv\n"
    )
    assert not (tmp_path / "ok.passed").exists()
    assert json.loads((tmp_path / "r.json").read_text())["success"] is False
    with (tmp_path / "f.csv").open() as handle:
        failed = list(csv.DictReader(handle))
    assert [(row["id"], row["expectation"]) for row in failed] == [
        ("row-2", "answer_present"),
        ("row-3", "answer_present"),
    ]


def test_an_unknown_suite_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    done = run(tmp_path, [plain_chat(1, "q", "a")], suite="cleaned")
    assert done.returncode == 1
    assert 'no section "validate.cleaned"; sections here: clean' in done.stderr


def test_no_row_is_an_error_and_not_a_pass() -> None:
    params = ValidateParams.model_validate({"expectations": [{"kind": "unique_ids"}]})
    evidence = evidence_of([])
    with pytest.raises(UserError, match="no rows to validate"):
        validate(params, evidence)


def test_all_failures_are_in_one_line() -> None:
    check = RowsAtLeast(n=2)
    failed = Finding(check, "rows_at_least", "failed", "1 rows, at least 2")
    broken = Finding(check, "drop_rate", "not_evaluated", "could not be evaluated: no table")
    with pytest.raises(UserError) as caught:
        gate("train", [failed, broken], Path("x.csv"))
    assert str(caught.value) == (
        "validate@train failed: rows_at_least: 1 rows, at least 2; "
        "drop_rate: could not be evaluated: no table; see x.csv"
    )


def test_the_projects_own_suites_are_valid(root: Path) -> None:
    suites = ValidateSuites.read("validate", root / "params.yaml")
    assert suites.clean.expectations
    assert suites.train.expectations
