"""Makes rows: picks parents, changes their last user message, keeps what passes the guards."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.attempts import Attempt, attempts_of, batch_size
from tunesmith.augmenters.augmenter import Asked, Augmenter
from tunesmith.augmenters.guards import Band, broken_guard, held_out_twins
from tunesmith.augmenters.label_check import LabelCheck
from tunesmith.augmenters.question import answer_text, child_of, last_question
from tunesmith.augmenters.scope import Scope, scope_of
from tunesmith.augmenters.tools import Tools
from tunesmith.rows import Row, row_id


class Refused(NamedTuple):
    """A row that was made and may not stay."""

    row: Row
    reason: str
    detail: str


@dataclass
class Made:
    """The rows that were made, in a stable order, and what was not."""

    rows: list[Row] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    rejected: Counter[tuple[str, str]] = field(default_factory=Counter)  # by operation and guard
    short: dict[str, dict[str, int]] = field(default_factory=dict)  # steps that missed `rows`
    labels_checked: bool = False


class Maker:
    """Applies one step after the other and holds what later rows are checked against."""

    def __init__(
        self, rows: list[Row], held_out: list[Row], params: AugmentParams, seed: int, tools: Tools
    ) -> None:
        self.rows, self.held_out, self.params = rows, held_out, params
        self.seed, self.tools = seed, tools
        self.made = Made()
        self.seen = {row_id("", row) for row in rows}
        self.labels = LabelCheck.fit(rows, seed) if params.label_may_fall is not None else None

    def run(self, step: Augmenter, name: str) -> None:
        """Add what one step makes: of all its attempts, or until its quota is full."""
        attempts = attempts_of(step, name, self.rows, self.seed)
        missing = step.rows or sys.maxsize
        while missing and (batch := list(islice(attempts, batch_size(missing)))):
            rows = self._kept(self._changed(step, batch))
            self.made.rows += rows[:missing]
            for row in rows[missing:]:
                self._refuse(row, "quota_is_full")
            missing = max(0, missing - len(rows))
        if step.rows and missing:
            self.made.short[name] = {"wanted": step.rows, "made": step.rows - missing}

    def _changed(self, step: Augmenter, batch: list[Attempt]) -> list[Row]:
        """Return the rows of a batch whose change passes the guards that look at it alone."""
        asked = list(self._asked(step, batch))
        changes = step.changes([question for _, _, question in asked], self.tools)
        band = band_of(step, self.params)
        passed = []
        for (one, scope, _), change in zip(asked, changes, strict=True):
            label = str(one.row["label"] or "") if one.row["task"] == "classification" else ""
            guard = broken_guard(scope.part, change.text, band, step.protect, label)
            if change.text is None or guard == "nothing_to_change":
                self.made.rejected[step.kind, change.refusal] += 1
                continue
            child = child_of(one, change.text + scope.rest, step.kind, self.seed)
            if guard:
                self._refuse(child, guard)
            else:
                passed.append(child)
        return passed

    def _asked(
        self, step: Augmenter, batch: list[Attempt]
    ) -> Iterator[tuple[Attempt, Scope, Asked]]:
        """Yield what the step may see of each row that has a question."""
        for one in batch:
            text = last_question(one.row)
            if text is None:
                self.made.rejected[step.kind, "no_user_message"] += 1
                continue
            scope = scope_of(one.row, text)
            lang = one.row["lang"] or "und"
            yield one, scope, Asked(scope.part, answer_text(one.row), lang, one.rng)

    def _kept(self, rows: list[Row]) -> list[Row]:
        """Return the rows that repeat no other row and hold their label."""
        fresh = [row for row in rows if self._is_new(row)]
        similarity = self.params.near_duplicate_similarity
        twins = held_out_twins(fresh, self.held_out, similarity, self.seed)
        fallen = self.labels.fallen(fresh) if self.labels else {}
        kept = []
        for place, row in enumerate(fresh):
            if place in twins:
                self._refuse(row, "repeats_held_out_row", str(twins[place]["source"]))
            elif fallen.get(place, 0.0) > (self.params.label_may_fall or 0.0):
                self._refuse(row, "label_in_doubt", f"{fallen[place]:.3f}")
            else:
                kept.append(row)
        return kept

    def _is_new(self, row: Row) -> bool:
        """True for a row that neither the train split nor an earlier made row holds."""
        content = row_id("", row)
        if content in self.seen:
            self._refuse(row, "repeats_a_row")
            return False
        self.seen.add(content)
        return True

    def _refuse(self, row: Row, reason: str, detail: str = "") -> None:
        """Count a row that was made and write down why it is not kept."""
        self.made.rejected[row["op"], reason] += 1
        self.made.refused.append(Refused(row, reason, detail))


def make(
    rows: list[Row], held_out: list[Row], params: AugmentParams, seed: int, tools: Tools
) -> Made:
    """Return the rows that all steps made from `rows`, step by step.

    The text that is made of a row depends on the seed, its id and the step, never on the other
    rows; whether it is kept may, since no row is made twice and a quota can be full.
    """
    maker = Maker(rows, held_out, params, seed, tools)
    kinds: Counter[str] = Counter()
    for step in params.steps:
        kinds[step.kind] += 1
        maker.run(step, f"{step.kind}:{kinds[step.kind]}")
    maker.made.labels_checked = maker.labels is not None
    return maker.made


def band_of(step: Augmenter, params: AugmentParams) -> Band:
    """Return the band of similarity: the step's own, else the section's."""
    low, high = step.min_similarity, step.max_similarity
    return Band(
        params.min_similarity if low is None else low,
        params.max_similarity if high is None else high,
    )
