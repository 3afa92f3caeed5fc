"""Check a table against its suite of expectations; a critical failure stops the run."""

import csv
import io
from pathlib import Path

import pyarrow.parquet as pq

from tunesmith.errors import UserError
from tunesmith.expectations import ValidateParams
from tunesmith.expectations.evidence import Evidence
from tunesmith.expectations.finding import Finding
from tunesmith.expectations.run import evaluate
from tunesmith.files import csv_cell, write_json, write_text
from tunesmith.report.data_docs import render_data_docs
from tunesmith.rows import read_table
from tunesmith.stage import parse_paths, run_stage
from tunesmith.text.evaluation_sets import sets_in


def validate(params: ValidateParams, evidence: Evidence) -> list[Finding]:
    """Return what each expectation found, in the order of params.yaml.

    Raises:
        UserError: there is no row, so every expectation would hold of nothing.
    """
    if not len(evidence.table):
        raise UserError("no rows to validate; did cleaning drop all of them?")
    return evaluate(list(params.expectations), evidence)


def gate(suite: str, findings: list[Finding], failed: Path) -> None:
    """Stop the run when a critical expectation did not hold.

    Raises:
        UserError: names each such expectation and its first failing row.
    """
    stopping = [f"{finding.kind}: {finding.message}" for finding in findings if finding.stops]
    if stopping:
        raise UserError(f"validate@{suite} failed: {'; '.join(stopping)}; see {failed}")


def failed_rows(findings: list[Finding]) -> str:
    """Return the failed rows of all expectations as CSV; personal data is not in it."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["id", "source", "expectation", "reason"])
    for finding in findings:
        for row in finding.failing:
            cells = (row.id, row.source, finding.kind, row.reason)
            table.writerow(map(csv_cell, cells))
    return text.getvalue()


def main() -> None:
    """Write result, failed rows and Data Docs first, then let the gate decide."""
    paths = parse_paths(
        "--rows", "--against", "--ood", "--evaluation-sets", "--base", "--decisions",
        "--result", "--failed", "--docs", "--passed",
        names=("--suite",),
    )  # fmt: skip
    params = ValidateParams.read(f"validate.{paths.suite}")
    evidence = Evidence(
        table=read_table(paths.rows),
        against=read_table(paths.against),
        decisions=pq.read_table(paths.decisions),
        base=paths.base,
        ood=read_table(paths.ood),
        sets=sets_in(paths.evaluation_sets),
    )
    paths.passed.unlink(missing_ok=True)
    findings = validate(params, evidence)
    write_json(paths.result, result_record(str(paths.suite), len(evidence.table), findings))
    write_text(paths.failed, failed_rows(findings))
    write_text(paths.docs, render_data_docs(str(paths.suite), [one.result for one in findings]))
    for finding in findings:
        if finding.status != "passed" and not finding.stops:
            print(f"validate@{paths.suite}: warning: {finding.kind}: {finding.message}")
    gate(str(paths.suite), findings, paths.failed)
    write_text(paths.passed, "passed")
    print(f"validate@{paths.suite}: {len(findings)} expectations, {len(evidence.table):,} rows")


def result_record(suite: str, rows: int, findings: list[Finding]) -> dict[str, object]:
    """Return the content of the result file."""
    return {
        "suite": suite,
        "rows": rows,
        "success": not any(finding.stops for finding in findings),
        "expectations": [finding.record() for finding in findings],
    }


if __name__ == "__main__":
    run_stage(main)
