"""Makes rows: picks parents, changes their last user message, keeps what passes the guards."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import numpy as np

from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.augmenter import Asked, Augmenter
from tunesmith.augmenters.guards import Band, broken_guard, held_out_twins
from tunesmith.augmenters.label_check import LabelCheck
from tunesmith.augmenters.scope import Scope, scope_of
from tunesmith.augmenters.tools import Tools
from tunesmith.files import sha256_text
from tunesmith.rows import Row, meta_of, reference_of, row_id

BATCH_ROWS = 4096
FEWEST_ROWS = 16


class Attempt(NamedTuple):
    """One row that a step is to change, and how often it was tried before."""

    row: Row
    turn: int
    rng: np.random.Generator


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
            rows = self._kept(self._changed(step, batch))[:missing]
            self.made.rows += rows
            missing -= len(rows)
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


def batch_size(missing: int) -> int:
    """Return how many rows to try at once: not many more than are missing, for some cost money."""
    return min(BATCH_ROWS, max(missing, FEWEST_ROWS))


def attempts_of(step: Augmenter, name: str, rows: list[Row], seed: int) -> Iterator[Attempt]:
    """Yield the rows to try, each `per_row` times: a share in their order, a quota shuffled."""
    taken = [row for row in rows if step.takes(row)]
    if step.rows:
        taken.sort(key=lambda row: sha256_text(f"{seed}:{name}:{row['id']}"))
    for turn in range(step.per_row):
        for row in taken:
            rng = rng_of(seed, f"{name}:{turn}:{row['id']}")
            if step.share is None or rng.random() < step.share:
                yield Attempt(row, turn, rng)


def rng_of(seed: int, key: str) -> np.random.Generator:
    """Return a generator that depends on the seed and on a text only."""
    return np.random.default_rng([seed, int(sha256_text(key)[:16], 16)])


def band_of(step: Augmenter, params: AugmentParams) -> Band:
    """Return the band of similarity: the step's own, else the section's."""
    low, high = step.min_similarity, step.max_similarity
    return Band(
        params.min_similarity if low is None else low,
        params.max_similarity if high is None else high,
    )


def last_question(row: Row) -> str | None:
    """Return the last user message; of a classification row, its text."""
    if row["task"] == "classification" and row["text"] is not None:
        return str(row["text"])
    for turn in reversed(row["prompt"] or row["messages"] or []):
        if turn["role"] == "user":
            return str(turn["content"] or "")
    return None


def answer_text(row: Row) -> str:
    """Return what the changed message must still lead to, rejected answers too."""
    others = [turn["content"] or "" for key in ("chosen", "rejected") for turn in row[key] or []]
    later = [turn["content"] or "" for turn in row["messages"] or [] if turn["role"] != "user"]
    return "\n".join([reference_of(row), *later, *others])


def child_of(one: Attempt, text: str, op: str, seed: int) -> Row:
    """Return a copy of the row with another last question, its own id and where it is from."""
    row = one.row
    made = {"seed": seed, "turn": one.turn}
    meta = json.dumps({**meta_of(row), "made": made}, sort_keys=True, ensure_ascii=False)
    child = {**row, "parent": row["id"], "op": op, "split": "train", "meta": meta}
    if row["task"] == "classification" and row["text"] is not None:
        child["text"] = text
    else:
        key = "prompt" if row["prompt"] else "messages"
        turns = [dict(turn) for turn in row[key]]
        last = max(place for place, turn in enumerate(turns) if turn["role"] == "user")
        turns[last]["content"] = text
        child[key] = turns
    return {**child, "id": row_id(f"{op}:{row['id']}:{seed}", child)}
