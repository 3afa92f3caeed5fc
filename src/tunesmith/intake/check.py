"""Checks dropped files: what of them would be trained on, and whether a run would stop at them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tunesmith.cleaners import CleanParams
from tunesmith.cleaners.decontaminate import Decontaminate
from tunesmith.expectations import ValidateSuites
from tunesmith.expectations.finding import Finding
from tunesmith.intake.bad_rows import BadRow, bad_rows
from tunesmith.intake.beside import CleanedRows, Known, clean_beside
from tunesmith.intake.files import Dropped
from tunesmith.intake.gates import Around, hold
from tunesmith.intake.reading import Read, read_all
from tunesmith.profile.measure import file_of
from tunesmith.text.evaluation_sets import sets_in

REPEATS = frozenset({"exact_duplicates", "near_duplicates", "semantic_duplicates"})
MANY_ROWS = 20_000
FIT, NOT_FIT, UNREADABLE = 0, 1, 2


@dataclass(frozen=True)
class Rules:
    """What params.yaml says, and where that which it names lies."""

    clean: CleanParams
    validate: ValidateSuites
    seed: int
    base: Path
    evaluation_sets: Path


@dataclass(frozen=True)
class Checked:
    """What was found."""

    files: Sequence[Dropped]
    read: Read
    known: Known
    cleaned: CleanedRows
    gates: dict[str, list[Finding]]

    @property
    def code(self) -> int:
        """0: a run would train on rows of these files; 1: it would not; 2: one cannot be read."""
        if self.read.unread:
            return UNREADABLE
        return FIT if self.cleaned.kept and not self.stopping else NOT_FIT

    @property
    def findings(self) -> list[Finding]:
        """What both gates found."""
        return [finding for findings in self.gates.values() for finding in findings]

    @property
    def stopping(self) -> list[Finding]:
        """What a run would stop at; what could not be looked at here is no verdict."""
        return [one for one in self.findings if one.stops and one.status == "failed"]

    @cached_property
    def bad_rows(self) -> list[BadRow]:
        """The rows that would not be trained on."""
        paths = {file.name: file.path for file in self.files}
        return bad_rows(self.read.aside, self.cleaned.decisions, self.stopping, paths)

    def first_bad_rows(self, most: int) -> list[BadRow]:
        """Return some of the bad rows in their order: of each reason one before a second of any."""
        again: Counter[tuple[str, str]] = Counter()
        turns: list[tuple[int, int]] = []
        for place, row in enumerate(self.bad_rows):
            turns.append((again[row.step, row.reason], place))
            again[row.step, row.reason] += 1
        return [self.bad_rows[place] for place in sorted(p for _, p in sorted(turns)[:most])]

    @cached_property
    def kept(self) -> Counter[str]:
        """The rows that stay, by file."""
        return Counter(file_of(row) for row in self.cleaned.kept)

    @cached_property
    def drops(self) -> dict[str, Counter[str]]:
        """For each file, reason → rows dropped for it."""
        found: dict[str, Counter[str]] = {}
        for one in self._dropped:
            found.setdefault(file_of(one), Counter())[f"{one['step']}: {one['reason']}"] += 1
        return found

    @property
    def repeats(self) -> tuple[int, int]:
        """How many rows repeat one of these files, and how many one that was there already."""
        known = {row["id"] for row in self.known.rows}
        found = [one["partner"] in known for one in self._dropped if one["step"] in REPEATS]
        return found.count(False), found.count(True)

    @property
    def overlap(self) -> Counter[str]:
        """How many rows ask what is tested or validated, by what they repeat."""
        return Counter(one["reason"] for one in self._dropped if one["step"] == "decontaminate")

    @property
    def personal(self) -> Counter[str]:
        """How many rows hold personal data, by its kind; a value is shown nowhere."""
        reasons = (d["reason"] for d in self.cleaned.decisions if d["step"] == "pii")
        return Counter(kind for reason in reasons for kind in reason.split(" and "))

    @property
    def _dropped(self) -> list[dict[str, Any]]:
        """What cleaning drops."""
        return [one for one in self.cleaned.decisions if one["action"] == "drop"]


def check(files: Sequence[Dropped], known: Known, rules: Rules) -> Checked:
    """Read, clean and gate files beside what is known.

    Raises:
        UserError: an evaluation set or a tool that cleaning needs is missing.
    """
    read = read_all(files)
    if len(read.rows) >= MANY_ROWS:
        print(f"{len(read.rows):,} rows read; cleaning and gates take about as long", flush=True)
    others = known.without(frozenset(file.name for file in files))
    steps = [
        step.located(rules.evaluation_sets) if isinstance(step, Decontaminate) else step
        for step in rules.clean.steps
    ]
    cleaned = clean_beside(read.rows, others, steps, rules.seed)
    around = Around(rules.base, sets_in(rules.evaluation_sets))
    gates = hold(cleaned, others, rules.validate, around)
    return Checked(files, read, others, cleaned, gates)
