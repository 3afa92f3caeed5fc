"""What a phase takes over from the phases before it: rows that they kept, and what holds it."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tunesmith.continual.base import Penalty, Setting, drawn
from tunesmith.errors import UserError
from tunesmith.fields import Conditions, meets, shown_field
from tunesmith.forgotten import Forgotten
from tunesmith.models.load import Loaded, describe
from tunesmith.models.manifest import is_trained
from tunesmith.rows import Row
from tunesmith.tasks.classification import label_names
from tunesmith.training.collate import Collator
from tunesmith.training.devices.group import Group
from tunesmith.training.examples import Encoded
from tunesmith.training.params import Phase
from tunesmith.training.precision import computing
from tunesmith.training.reservoir import SEEN, Reservoir, read_reservoir, refuse_empty

NOTHING = Forgotten(frozenset(), frozenset())
MOST_SHOWN = 8
PROMPTS = "prompts"


@dataclass(frozen=True)
class Before:
    """What a phase begins with.

    Attributes:
        rows: of train and of validation that it learns.
        labels: the classes of all phases, so that a head has a place for those learnt later.
        kept: earlier rows, of its parent's reservoir.
        prompts: rows of train that nobody has answered, where its objective learns from such.
    """

    rows: tuple[list[Row], list[Row]]
    labels: list[str]
    kept: Reservoir
    prompts: list[Row] = field(default_factory=list)


def taken_over(
    phase: Phase,
    start: Path,
    tables: tuple[list[Row], list[Row]],
    name: str,
    forgotten: Forgotten = NOTHING,
    prompts: list[Row] | None = None,
) -> Before:
    """Return what a phase begins with.

    Args:
        phase: its dials.
        start: folder of its parent.
        tables: train and validation rows of its task.
        name: of the phase.
        forgotten: rows that are not taken over.
        prompts: rows of train that nobody has answered, which it may learn.

    Raises:
        UserError: no row is left for it, its rows are of a single class, or its parent kept none
            where it needs them.
    """
    kept = earlier_of(phase, start, name, forgotten)
    labels = label_names(tables[0]) if phase.task == "classification" else []
    if prompts and phase.task == "classification" and not labels:
        raise UserError(
            f"{name}: {len(prompts):,} texts of train have no class, and none has one; add a few "
            "rows of each class, which name the classes"
        )
    if len(labels) == 1:
        raise UserError(
            f'{name}: every row has the label "{labels[0]}", so there is nothing to tell apart; '
            "add rows of another class"
        )
    splits = zip(tables, ("train", "validation"), strict=True)
    train, validation = (selected(rows, phase.only, name, split) for rows, split in splits)
    asked = [row for row in prompts or [] if meets(row, phase.only)]
    return Before((train, validation), labels, kept, asked)


def earlier_rows(phase: Phase, before: Before) -> tuple[list[Row], list[Row]]:
    """Return the earlier rows that a phase looks at: all, and those that are not its own anyway."""
    if phase.continual is None or not phase.continual.reads_reservoir:
        return [], []
    return before.kept.rows, without(before.kept, [*before.rows[0], *before.rows[1]]).rows


def kept_for_later(phase: Phase, before: Before, seed: int) -> Reservoir | None:
    """Return the rows that a phase keeps, where it is asked to."""
    if phase.reservoir is None:
        return None
    train, validation = before.rows
    earlier = without(before.kept, [*train, *validation])
    if phase.reservoir_by is None:
        return earlier.joined(train, phase.reservoir, seed)
    return earlier.balanced(train, phase.reservoir, phase.reservoir_by, seed)


def counts_of(before: Before, replayed: int, reservoir: Reservoir | None) -> dict[str, int]:
    """Return what the manifest says of rows; of some kinds only where there are any."""
    train, validation = before.rows
    counts = {"train": len(train), "validation": len(validation)}
    some = {PROMPTS: len(before.prompts), "replayed": replayed}
    there = {name: count for name, count in some.items() if count}
    return {**counts, **there, **({SEEN: reservoir.seen} if reservoir else {})}


def selected(rows: list[Row], only: Conditions, name: str, split: str) -> list[Row]:
    """Return the rows that a phase learns.

    Raises:
        UserError: none is left; says which values there are.
    """
    found = [row for row in rows if meets(row, only)]
    if rows and not found:
        there = [f"{one}: {_values(rows, one)}" for one in only]
        raise UserError(
            f"phases.{name}.only: no row of {split} meets it; there are {'; '.join(there)}"
        )
    return found


def _values(rows: list[Row], field: str) -> str:
    """Return the values of a field, the first few."""
    values = sorted({shown_field(row, field) for row in rows})
    more = f" and {len(values) - MOST_SHOWN} more" if len(values) > MOST_SHOWN else ""
    return ", ".join(values[:MOST_SHOWN]) + more


def earlier_of(phase: Phase, start: Path, name: str, forgotten: Forgotten) -> Reservoir:
    """Return what the parent kept, without rows that are to be forgotten.

    Raises:
        UserError: the phase cannot do without, and there is none.
    """
    kept = read_reservoir(start)
    rows = [row for row in kept.rows if not forgotten.why(row)]
    needed = phase.continual is not None and phase.continual.reads_reservoir
    if needed and not rows and is_trained(start):
        assert phase.continual is not None
        refuse_empty(phase.continual.kind, name, phase.starts_from)
    return replace(kept, rows=rows)


def without(kept: Reservoir, rows: list[Row]) -> Reservoir:
    """Return a reservoir without rows that are at hand anyway, and that stands for fewer by it."""
    ids = {row["id"] for row in rows if row.get("id") is not None}
    left = [row for row in kept.rows if row.get("id") not in ids]
    return Reservoir(left, round(kept.seen * len(left) / len(kept.rows)) if left else 0)


def replayed(phase: Phase, earlier: list[Encoded], new: int, seed: int) -> list[Encoded]:
    """Return the earlier rows that are mixed with so many new ones."""
    ratio = phase.continual.replayed if phase.continual and earlier else 0.0
    return drawn(earlier, new, ratio, seed)


def penalty_of(
    phase: Phase,
    loaded: Loaded,
    model: Any,
    earlier: list[Encoded],
    work: Path,
    seed: int,
    group: Group,
) -> Penalty | None:
    """Return what holds a phase to its parent, or None; without a parent nothing does.

    Raises:
        UserError: the model lies in parts, so that no process has all of its weights.
    """
    if phase.continual is None or loaded.manifest is None:
        return None
    if group.sharded and phase.continual.adds_to_loss:
        raise UserError(
            f"continual: {phase.continual.kind} compares all weights of a model with those of its "
            "parent, and hardware.strategy: fsdp2 cuts them; take ddp"
        )
    collate = Collator(loaded.tokenizer.pad_token_id)
    with computing():
        return phase.continual.penalty(Setting(model, earlier, collate, work, seed, loaded.method))


def refuse_other_base(phase: Phase, name: str, start: Path, base: Path) -> None:
    """Refuse a parent whose adapter lies on another base than the phase's.

    Args:
        phase: one without `continual` may start from anything.
        name: of the phase.
        start: folder of the parent.
        base: folder of what the phase trains with, `base` as a rule.

    Raises:
        UserError: names both.
    """
    if phase.continual is None:
        return
    (own, manifest), (other, _) = describe(start), describe(base)
    if manifest is None:
        print(f"{name}: {start} is no trained model, so there is nothing to forget yet", flush=True)
    if own.digest != other.digest:
        raise UserError(
            f"phases.{name}.from: {phase.starts_from} was trained on the base model {own.model} "
            f"({own.digest[:12]}), and this run's is {other.model} ({other.digest[:12]}); what it "
            "has learnt means nothing there. Set `base` to that model again, or start from base"
        )
