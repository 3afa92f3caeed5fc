"""Runs a suite: columns for its checks, the rules held against them, a finding for each."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tunesmith.errors import UserError
from tunesmith.expectations.check import Check
from tunesmith.expectations.evidence import Evidence
from tunesmith.expectations.finding import Failing, Finding
from tunesmith.expectations.session import examine, exception_of
from tunesmith.expectations.shown import record_of, refused_record

if TYPE_CHECKING:
    import pandas as pd


def evaluate(checks: list[Check], evidence: Evidence) -> list[Finding]:
    """Return one finding for each expectation, in their order."""
    findings: dict[int, Finding] = {}
    for table in dict.fromkeys(check.table for check in checks):
        mine = {place: check for place, check in enumerate(checks) if check.table == table}
        findings |= _evaluate_table(mine, evidence)
    return [findings[place] for place in range(len(checks))]


def _evaluate_table(checks: dict[int, Check], evidence: Evidence) -> dict[int, Finding]:
    """Return the findings of the checks of one table, by their places in the suite."""
    frame, refused = _frame(checks, evidence)
    rules = {place: _rule(check) for place, check in checks.items() if place not in refused}
    results = examine(frame, rules) if rules else {}
    found = {
        place: _finding(checks[place], result, frame, evidence) for place, result in results.items()
    }
    return refused | found


def _frame(
    checks: dict[int, Check], evidence: Evidence
) -> "tuple[pd.DataFrame, dict[int, Finding]]":
    """Return a table's derived columns, and a finding for each check that cannot have its own."""
    import pandas as pd

    columns: dict[str, pd.Series] = {}
    refused: dict[int, Finding] = {}
    for place, check in checks.items():
        try:
            check.fill(evidence, columns)
        except UserError as error:
            refused[place] = _not_evaluated(check, str(error))
    return pd.DataFrame(columns, copy=False), refused


def _rule(check: Check) -> Any:
    """Return a check's rule, as severe as the check."""
    rule = check.rule()
    rule.severity = check.severity
    return rule


def _finding(check: Check, result: Any, frame: "pd.DataFrame", evidence: Evidence) -> Finding:
    """Turn a result of Great Expectations into a finding."""
    problem = exception_of(result.exception_info)
    if problem:
        return _not_evaluated(check, problem)
    failing = _failing(check, result.result, frame, evidence)
    record = record_of(result, len(frame))
    seen = record["result"]
    checked = seen.get("element_count", len(frame)) - seen.get("missing_count", 0)
    return Finding(
        check=check,
        kind=check.name,
        status="passed" if record["success"] else "failed",
        message=_message(check, seen, failing, checked),
        checked=checked,
        observed=seen.get("observed_value"),
        failing=failing,
        result=record,
    )


def _failing(
    check: Check, seen: Mapping[str, Any], frame: "pd.DataFrame", evidence: Evidence
) -> list[Failing]:
    """Return the records that did not meet a rule on single records, in their order."""
    places = sorted(seen.get("unexpected_index_list") or [])
    records = evidence.records(check.table, places)
    return [
        Failing(id=id_, source=source, reason=check.explain(frame, place))
        for place, (id_, source) in zip(places, records, strict=True)
    ]


def _message(check: Check, seen: Mapping[str, Any], failing: list[Failing], checked: int) -> str:
    """Say what was seen, in one line."""
    if seen.get("observed_value") is not None:
        return check.statement(seen["observed_value"])
    if not failing and seen.get("unexpected_count"):
        return f"{seen['unexpected_count']:,} unexpected values"
    if not failing:
        return ""
    first = failing[0].source or failing[0].id
    return f"{len(failing):,} of {checked:,} {check.table}, first {first}"


def _not_evaluated(check: Check, problem: str) -> Finding:
    """Return a finding that says nothing about the data."""
    return Finding(
        check=check,
        kind=check.name,
        status="not_evaluated",
        message=f"could not be evaluated: {problem}",
        result=refused_record(_rule(check), problem),
    )
