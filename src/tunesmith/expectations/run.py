"""Runs a suite with Great Expectations, quietly and without a network."""

import os
from typing import Any

import pandas as pd

from tunesmith.errors import UserError
from tunesmith.expectations.check import Check, Table
from tunesmith.expectations.evidence import Evidence
from tunesmith.expectations.finding import Failing, Finding

COMPLETE = {"result_format": "COMPLETE", "return_unexpected_index_query": False}


def evaluate(checks: list[Check], evidence: Evidence) -> list[Finding]:
    """Return one finding for each expectation, in their order."""
    findings: dict[int, Finding] = {}
    for table in dict.fromkeys(check.table for check in checks):
        mine = {place: check for place, check in enumerate(checks) if check.table == table}
        frame, refused = _frame(mine, evidence)
        findings |= refused
        mine = {place: check for place, check in mine.items() if place not in refused}
        for place, result in _results(mine, frame).items():
            findings[place] = _finding(mine[place], result, frame, evidence, table)
    return [findings[place] for place in range(len(checks))]


def _frame(checks: dict[int, Check], evidence: Evidence) -> tuple[pd.DataFrame, dict[int, Finding]]:
    """Return a table's derived columns, and a finding for each check that cannot have its own."""
    columns: dict[str, pd.Series] = {}
    refused: dict[int, Finding] = {}
    for place, check in checks.items():
        try:
            if check.column not in columns:
                columns[check.column] = pd.Series(check.values(evidence))
        except UserError as error:
            refused[place] = _not_evaluated(check, str(error))
    return pd.DataFrame(columns), refused


def _results(checks: dict[int, Check], frame: pd.DataFrame) -> dict[int, dict[str, Any]]:
    """Validate one table; return Great Expectations' result of each check by its place."""
    if not checks:
        return {}
    gx = _quiet_great_expectations()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("rows").add_dataframe_asset("rows")
    rules = [_placed(check, place) for place, check in checks.items()]
    definition = gx.ValidationDefinition(
        name="suite",
        data=asset.add_batch_definition_whole_dataframe("all"),
        suite=context.suites.add(gx.ExpectationSuite(name="suite", expectations=rules)),
    )
    definition = context.validation_definitions.add(definition)
    done = definition.run(batch_parameters={"dataframe": frame}, result_format=COMPLETE)
    return {
        result.expectation_config.meta["place"]: result.to_json_dict() for result in done.results
    }


def _quiet_great_expectations() -> Any:
    """Import it with analytics off; that setting is read at import."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations

    return great_expectations


def _placed(check: Check, place: int) -> Any:
    """Return a check's rule, marked with its place: results come in an order of their own."""
    rule = check.rule()
    rule.meta = {"place": place}
    rule.severity = check.severity
    return rule


def _finding(
    check: Check, result: dict[str, Any], frame: pd.DataFrame, evidence: Evidence, table: Table
) -> Finding:
    """Turn a result of Great Expectations into a finding."""
    problem = exception_of(result)
    if problem:
        return _not_evaluated(check, problem)
    failing = _failing(check, result, frame, evidence.records(table))
    seen = result["result"]
    observed = seen.get("observed_value")
    checked = seen.get("element_count", len(frame)) - seen.get("missing_count", 0)
    return Finding(
        check=check,
        kind=kind_of(check),
        status="passed" if result["success"] else "failed",
        message=_message(check, observed, failing, checked, table),
        checked=checked,
        observed=observed,
        failing=failing,
    )


def _failing(
    check: Check, result: dict[str, Any], frame: pd.DataFrame, records: list[tuple[str, str]]
) -> list[Failing]:
    """Return the records that did not meet a rule on single records, in their order."""
    places = sorted(result["result"].get("unexpected_index_list") or [])
    values = frame[check.column]
    return [
        Failing(id=records[place][0], source=records[place][1], reason=check.reason(values[place]))
        for place in places
    ]


def _message(
    check: Check, observed: Any, failing: list[Failing], checked: int, table: Table
) -> str:
    """Say what was seen, in one line."""
    if observed is not None:
        return check.statement(observed)
    if not failing:
        return ""
    first = failing[0].source or failing[0].id
    return f"{len(failing):,} of {checked:,} {table}, first {first}"


def exception_of(result: dict[str, Any]) -> str | None:
    """Return why a rule could not be evaluated, or None when it was.

    Great Expectations gives one flat record, or one record for each metric that failed.
    """
    info = result.get("exception_info") or {}
    records = [info] if "raised_exception" in info else list(info.values())
    for record in records:
        if record.get("raised_exception"):
            return str(record.get("exception_message") or "no reason given").splitlines()[0]
    return None


def kind_of(check: Check) -> str:
    """Return the name that params.yaml gives a check."""
    return str(type(check).model_fields["kind"].default)


def _not_evaluated(check: Check, problem: str) -> Finding:
    """Return a finding that says nothing about the data."""
    message = f"could not be evaluated: {problem}"
    return Finding(check=check, kind=kind_of(check), status="not_evaluated", message=message)
