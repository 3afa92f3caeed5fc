"""The parts of the test rows that a round is judged by: what it was for, and what is protected."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tunesmith.analysis import AnalyzeParams
from tunesmith.analysis.slices.declared import declared_masks
from tunesmith.proposals.membership import membership
from tunesmith.rows import Row, to_rows
from tunesmith.slices import MIN_ROWS, Mask, slice_masks

if TYPE_CHECKING:
    import pandas as pd


class Parts(NamedTuple):
    """Masks (N,) of the test rows.

    Attributes:
        target: what the round is for; all rows where no target names enough of them.
        unseen: targets that no rows, or too few, of the test set belong to.
        named: every slice by name.
        protected: those that must not get worse.
    """

    target: Mask
    unseen: list[str]
    named: dict[str, Mask]
    protected: dict[str, Mask]


def parts_of(
    test: "pd.DataFrame",
    train: "pd.DataFrame",
    targets: Sequence[str],
    protected: Sequence[str],
    settings: AnalyzeParams,
) -> Parts:
    """Return the parts of N test rows.

    A slice that was found on the validation rows is asked for by its name, such as
    `meta.intent=refund` or `lang=zh and prompt_chars>=27`. Where none of them can be, such as a
    group of like questions, or where they hold too few test rows, all rows judge.

    Args:
        test: N rows.
        train: train rows, which some slices compare with.
        targets: names of slices.
        protected: columns whose every value is protected.
        settings: the slices that can be named.
    """
    masks = declared_masks(test, train, settings.slices, settings.queries, settings.rare_below)
    guarded = slice_masks(test, protected)
    named = {
        f"{column}={value}": mask
        for column, values in {**masks, **guarded}.items()
        for value, mask in values.items()
    }
    rows, learnt = to_rows(test), to_rows(train)
    for name in targets:
        mask = None if name in named else _asked_by_name(name, rows, learnt)
        named |= {} if mask is None else {name: mask}
    known = [named[one] for one in targets if one in named]
    unseen = [one for one in targets if one not in named]
    target = np.logical_or.reduce(known) if known else None
    if target is None or target.sum() < MIN_ROWS:
        target = np.ones(len(test), dtype=bool)
    names = [f"{column}={value}" for column in protected for value in guarded[column]]
    return Parts(target, unseen, named, {name: named[name] for name in names})


def _asked_by_name(name: str, rows: Sequence[Row], train: Sequence[Row]) -> Mask | None:
    """Return the rows that belong to a slice by its name; None where a name does not tell."""
    belongs = membership(name, train)
    return np.array([belongs(row) is True for row in rows]) if belongs.whole else None
