"""What to do about a weak slice: the first rule that fits, from the surest sign on."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tunesmith.analysis.error_types import KINDS, REMEDY
from tunesmith.analysis.ranked import WeakSlice
from tunesmith.fields import ABSENT, shown_field
from tunesmith.rows import to_rows

if TYPE_CHECKING:
    import pandas as pd

MOSTLY = 0.5  # share of the slice's failures from which on a cause is its cause
SUSPECT = 0.3  # share of them that are likely label errors
RARE = 0.5  # of the rows that an even share of train would be
CUT = 0.3  # share of them whose prompt lost its beginning
LONG = 0.9  # quantile of all prompts that the slice's middle prompt reaches


class Remedy(NamedTuple):
    """A kind of action, in words, with the rows that it is about beside the slice."""

    kind: str
    words: str
    ids: list[str]


class Signs(NamedTuple):
    """What the rules look at: all cases, their kinds of error, suspected ids and train rows."""

    cases: "pd.DataFrame"
    kinds: Sequence[str]
    suspects: frozenset[str]
    train: "pd.DataFrame"


def remedy(weak: WeakSlice, signs: Signs) -> Remedy:
    """Return what to do: relabel, longer_context, stop_token or format, balance, else add_data."""
    rules = (_relabel, _cut, _mechanism, _balance, _longer_context)
    found = (rule(weak, signs) for rule in rules)
    return next((one for one in found if one is not None), _add_data(weak))


def _cost(weak: WeakSlice) -> str:
    """Say how bad the slice is."""
    line = weak.line
    return (
        f"it is {line['shortfall']:.3f} below the rest, at least {line['impact']:.1f} rows' worth"
    )


def _failed_ids(weak: WeakSlice, signs: Signs) -> list[str]:
    """Return the ids of the wrong cases of the slice."""
    wrong = signs.cases["wrong"].to_numpy(dtype=bool)
    return list(signs.cases["id"][weak.mask & wrong])


def _relabel(weak: WeakSlice, signs: Signs) -> Remedy | None:
    """Many of the failures are likely label errors."""
    failed = _failed_ids(weak, signs)
    ids = sorted(signs.suspects.intersection(failed))
    if not ids or len(ids) < SUSPECT * len(failed):
        return None
    words = (
        f"Look at the labels of {weak.name} first: {len(ids)} of its {len(failed)} failures have "
        f"labels that model and train rows speak against; {_cost(weak)}."
    )
    return Remedy("relabel", words, ids)


def _mechanism(weak: WeakSlice, signs: Signs) -> Remedy | None:
    """Most of the failures are of one kind that has a cure of its own."""
    inside = [kind for kind, inside in zip(signs.kinds, weak.mask, strict=True) if inside]
    failed = Counter(kind for kind in inside if kind in KINDS)
    kind, count = failed.most_common(1)[0] if failed else ("", 0)
    if REMEDY.get(kind) not in ("stop_token", "format") or count < MOSTLY * failed.total():
        return None
    title, cure = KINDS[kind]
    words = (
        f"{weak.name}: {_cost(weak)}, and {count} of its {failed.total()} failures are "
        f"“{title}”. {cure}"
    )
    return Remedy(REMEDY[kind], words, [])


def _balance(weak: WeakSlice, signs: Signs) -> Remedy | None:
    """The slice is a value of a column that train hardly has."""
    column, value = str(weak.line["slice"]), str(weak.line["value"])
    if column not in ("label", "lang") and not column.startswith("meta."):
        return None
    known = Counter(shown_field(row, column) for row in to_rows(signs.train))
    if value != ABSENT:
        del known[ABSENT]
    if not known or known[value] >= RARE * known.total() / len({*known, value}):
        return None
    words = (
        f"Add rows of {weak.name}, or weigh them up (augment.balance): train has "
        f"{known[value]:,} of {known.total():,}; {_cost(weak)}."
    )
    return Remedy("balance", words, [])


def _cut(weak: WeakSlice, signs: Signs) -> Remedy | None:
    """Many of the failures were asked without the beginning of their prompt."""
    failed = weak.mask & signs.cases["wrong"].to_numpy(dtype=bool)
    cut = failed & signs.cases["truncated"].to_numpy(dtype=bool)
    if not failed.any() or cut.sum() < CUT * failed.sum():
        return None
    words = (
        f"Raise predict.max_length and the phase's max_length: {cut.sum()} of {failed.sum()} "
        f"failures of {weak.name} lost the beginning of their prompt; {_cost(weak)}."
    )
    return Remedy("longer_context", words, list(signs.cases["id"][cut]))


def _longer_context(weak: WeakSlice, signs: Signs) -> Remedy | None:
    """The prompts of the slice are among the longest of all, and some of them were cut."""
    sizes = signs.cases["prompt"].str.len().to_numpy()
    middle = float(np.median(sizes[weak.mask]))
    if not signs.cases["truncated"].to_numpy(dtype=bool)[weak.mask].any():
        return None
    if middle < np.quantile(sizes, LONG) or middle <= np.median(sizes):
        return None
    words = (
        f"Compare the tokens of {weak.name} with predict.max_length and the phase's max_length, "
        f"which cut a longer prompt, and raise them or add long train rows: half of its prompts "
        f"have {middle:,.0f} characters or more; {_cost(weak)}."
    )
    return Remedy("longer_context", words, [])


def _add_data(weak: WeakSlice) -> Remedy:
    """Grow the slice."""
    words = f"Promote the proposed train rows for {weak.name} and grow them: {_cost(weak)}."
    return Remedy("add_data", words, [])
