"""Expands behavioural tests into ordinary rows, which every model is asked with all others."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tunesmith.behaviour.dir import Dir
from tunesmith.behaviour.inv import Inv
from tunesmith.behaviour.left_out import LeftOut
from tunesmith.behaviour.mft import Mft
from tunesmith.behaviour.originals import Chance, Original, originals
from tunesmith.behaviour.read import AnyTest, Placed, read_tests
from tunesmith.behaviour.rows import Asked, stamped
from tunesmith.behaviour.variants import variants
from tunesmith.behaviour.written import Task
from tunesmith.fields import meets
from tunesmith.files import sha256_text
from tunesmith.rows import Row, to_json


@dataclass
class Expanded:
    """The rows of all tests, and what could not be asked.

    Attributes:
        rows: of the form of `tunesmith.rows.SCHEMA`, each with `behaviour` in its meta.
        cases: test → how many cases it is asked.
        left_out: tests, and cases of imported ones, that are not asked.
        not_applicable: test → perturbation → originals for which it made nothing.
    """

    rows: list[Row] = field(default_factory=list)
    cases: dict[str, int] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    not_applicable: dict[str, dict[str, int]] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """Return counts and reasons, for a report."""
        return {
            "rows": len(self.rows),
            "cases": self.cases,
            "left_out": [one.as_dict() for one in self.left_out],
            "not_applicable": self.not_applicable,
        }


class _Case(NamedTuple):
    """The rows of one case, the original first."""

    name: str
    asked: list[Asked]


def behaviour_rows(folder: Path, test_rows: list[Row], task: Task, seed: int) -> Expanded:
    """Return the rows of every test of a folder that fits the task.

    What a row asks depends on the seed, its test and its case only, never on other tests. Tests of
    the other task, and those without a test row that meets their `where`, are left out by name.

    Args:
        folder: of `.jsonl` files, one test a line.
        test_rows: the frozen test rows, from which some tests draw their originals.
        task: of the project.
        seed: of samples, fillings and perturbations.

    Raises:
        UserError: the folder is missing, or a line is no test (with file and line).
    """
    read = read_tests(folder, seed)
    expanded = Expanded(left_out=list(read.left_out))
    fitting = [row for row in test_rows if row["task"] == task]
    for placed in read.tests:
        reason = _why_not(placed.test, fitting, task)
        if reason is None:
            _expand(placed, fitting, task, seed, expanded)
        else:
            expanded.left_out.append(LeftOut(placed.test.test, placed.source, reason))
    return expanded


def _why_not(test: AnyTest, test_rows: Sequence[Row], task: Task) -> str | None:
    """Return why a test is not asked in this project, or None."""
    if test.asked_of() not in (None, task):
        return f"a test for task {test.asked_of()}; this project's is {task}"
    if (test.where or test.from_) and not any(meets(row, test.where) for row in test_rows):
        return f"no test row meets its where: {to_json(test.where, sort_keys=True)}"
    return None


def _expand(placed: Placed, test_rows: list[Row], task: Task, seed: int, into: Expanded) -> None:
    """Add the rows of one test."""
    test = placed.test
    about = {"test": test.test, "kind": test.kind, "capability": test.capability}
    missing: Counter[str] = Counter()
    count = 0
    for case in _cases(test, test_rows, task, seed, missing):
        into.rows += [
            stamped(asked, placed.source, about, case.name, k) for k, asked in enumerate(case.asked)
        ]
        count += 1
        if test.from_ and count == test.rows:
            break
    if missing:
        into.not_applicable[test.test] = dict(sorted(missing.items()))
    if count:
        into.cases[test.test] = count
    else:
        reason = "none of its perturbations applies to any of its originals"
        into.left_out.append(LeftOut(test.test, placed.source, reason))


def _cases(
    test: AnyTest, test_rows: list[Row], task: Task, seed: int, missing: Counter[str]
) -> Iterator[_Case]:
    """Yield the cases that can be judged; `missing` counts what does not apply."""
    chance = _chance(seed, test.test)
    for original in originals(test, test_rows, task, chance, seed):
        if isinstance(test, Mft):
            yield _Case(original.name, [_known(test, original)])
            continue
        made = variants(test, original, task, chance)
        missing.update(made.not_applicable)
        if made.variants:
            counts = _counts_if(test, original)
            yield _Case(original.name, [Asked(original.row, counts), *made.variants])


def _counts_if(test: Inv | Dir, original: Original) -> dict[str, Any]:
    """Return when a case counts, as the row of its original carries it."""
    return {"only_if": test.told(test.only_if, original.values)} if test.only_if else {}


def _known(test: Mft, original: Original) -> Asked:
    """Return the one row of a case whose answer is known."""
    expect = original.expect or test.expect
    assert expect is not None, "an MFT test expects something"
    return Asked(original.row, test.told(expect, original.values))


def _chance(seed: int, test: str) -> Chance:
    """Return a function from a name to a generator that hangs on seed, test and name only."""

    def of(name: str) -> np.random.Generator:
        return np.random.default_rng([seed, int(sha256_text(f"{test}:{name}")[:16], 16)])

    return of
