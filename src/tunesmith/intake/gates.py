"""Holds new rows against the gates that would stop a run."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pyarrow as pa

from tunesmith.cleaners.run import decision_table
from tunesmith.expectations import ValidateParams, ValidateSuites
from tunesmith.expectations.check import Check, RowCheck
from tunesmith.expectations.evidence import Evidence
from tunesmith.expectations.finding import Finding
from tunesmith.expectations.run import evaluate
from tunesmith.intake.beside import CleanedRows, Known
from tunesmith.rows import Row, table_of, to_frame
from tunesmith.sets import OOD
from tunesmith.text.evaluation_sets import EvaluationSet

Rows: TypeAlias = Sequence[Row]


class Around(NamedTuple):
    """What some expectations need beside the rows."""

    base: Path  # folder with the base model's descriptor
    sets: Sequence[EvaluationSet] = ()


def hold(
    cleaned: CleanedRows, known: Known, suites: ValidateSuites, around: Around
) -> dict[str, list[Finding]]:
    """Return what each suite found.

    Rules on single rows, and that on the share dropped, are held against the new rows; rules on a
    table as a whole against the version that these would make with the known ones.
    """
    everything = [*known.held_out(), *cleaned.kept]
    test = _table([row for row in everything if row["split"] == "test"])
    ood = _table([row for row in everything if (row["split"] or "").startswith(OOD)])
    made = decision_table(cleaned.decisions)

    def evidence(rows: Rows) -> Evidence:
        return Evidence(_table(rows), test, made, around.base, ood, around.sets)

    return {
        "clean": _findings(suites.clean, evidence, cleaned.kept, [*known.rows, *cleaned.kept]),
        "train": _findings(suites.train, evidence, _trained(cleaned.kept), _trained(everything)),
    }


def _findings(
    params: ValidateParams, evidence: Callable[[Rows], Evidence], new: Rows, whole: Rows
) -> list[Finding]:
    """Return the findings, those on the new rows first; without a row there is none."""
    if not new:
        return []
    single = [check for check in params.expectations if _is_about_new_rows(check)]
    rest = [check for check in params.expectations if not _is_about_new_rows(check)]
    found = evaluate(list(single), evidence(new)) if single else []
    return found + (evaluate(list(rest), evidence(whole)) if rest else [])


def _is_about_new_rows(check: Check) -> bool:
    """Tell whether a check can be held against some rows without the others."""
    return check.table == "collected" or (isinstance(check, RowCheck) and check.table == "rows")


def _trained(rows: Rows) -> list[Row]:
    """Return the rows that training may see."""
    return [row for row in rows if row["split"] in {None, "train"}]


def _table(rows: Rows) -> pa.Table:
    """Return rows as a table."""
    return table_of(to_frame(rows))
