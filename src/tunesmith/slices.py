"""Slices: the named subsets of the test rows in which a mean can hide a failure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tunesmith.errors import UserError
from tunesmith.fields import ABSENT, shown_field
from tunesmith.rows import Row, meta_of, prompt_text, to_rows
from tunesmith.text.negation import negates
from tunesmith.text.numbers import all_numbers

if TYPE_CHECKING:
    import pandas as pd

Mask: TypeAlias = NDArray[np.bool_]

MIN_ROWS = 30  # smaller slices are shown, but not ranked or judged
MOST_VALUES = 200


def slice_masks(
    rows: "pd.DataFrame", names: Sequence[str], further: Sequence[str] = ()
) -> dict[str, dict[str, Mask]]:
    """Return, for each slice name, its values with the rows that have each: a mask (N,).

    Args:
        rows: N test rows.
        names: a column of the examples such as `lang` or `label`, `source` (the file), `length`
            (thirds by prompt characters), `negation` or `numbers` (whether the prompt has such),
            or `meta.X` for a column X of the source.
        further: names that the caller knows beside these; errors list them.

    Raises:
        UserError: an unknown name, one that only stage analyze knows, a column that no row has,
            or more than 200 values.
    """
    return {name: _masks(name, _values(rows, name, further)) for name in names}


def _masks(name: str, values: list[str]) -> dict[str, Mask]:
    """Return a mask for each distinct value, in sorted order."""
    column = np.array(values, dtype=object)
    distinct = sorted(set(values), key=_order)
    if len(distinct) > MOST_VALUES:
        raise UserError(
            f'params.yaml: slice "{name}" has {len(distinct)} values; at most {MOST_VALUES} '
            "can be compared, so take a coarser column"
        )
    return {value: column == value for value in distinct}


def _order(value: str) -> tuple[int, str]:
    """Sort lengths from short to long, all else by name."""
    return (LENGTHS.index(value) if value in LENGTHS else 0, value)


def _values(rows: "pd.DataFrame", name: str, further: Sequence[str]) -> list[str]:
    """Return each row's value of a slice name."""
    records = to_rows(rows)
    if name in TEXTS:
        return TEXTS[name]([prompt_text(row) for row in records])
    if name.startswith("meta."):
        return _meta_values(records, name)
    if name not in COLUMNS:
        raise UserError(f'params.yaml: no slice "{name}"{_known(records, name, further)}')
    return [shown_field(row, name) for row in records]


def _known(records: list[Row], name: str, further: Sequence[str]) -> str:
    """Return what to say to a name that is not known."""
    keys = [f"meta.{key}" for key in _meta_keys(records)]
    where = " here, only in analyze.slices" if name in ANALYSIS_ONLY and not further else ""
    return f"{where}; known: {', '.join([*COLUMNS, *TEXTS, *further, *keys])}"


LENGTHS = ["short", "medium", "long"]
ANALYSIS_ONLY = ("rare_words", "novelty")  # they compare with train
COLUMNS = ("lang", "label", "task", "licence", "group", "split", "parent", "op", "source")


def _tertiles(prompts: list[str]) -> list[str]:
    """Return short, medium or long by thirds of prompt characters."""
    sizes = np.array([len(prompt) for prompt in prompts])
    bounds = np.quantile(sizes, [1 / 3, 2 / 3])
    return [LENGTHS[int(size > bounds[0]) + int(size > bounds[1])] for size in sizes]


def _negations(prompts: list[str]) -> list[str]:
    """Return whether each prompt negates something."""
    return ["yes" if negates(prompt) else "no" for prompt in prompts]


def _numbers(prompts: list[str]) -> list[str]:
    """Return whether each prompt names a number."""
    return ["yes" if some else "no" for some in all_numbers(prompts)]


TEXTS = {"length": _tertiles, "negation": _negations, "numbers": _numbers}  # they read the prompt


def _meta_values(records: list[Row], name: str) -> list[str]:
    """Return each row's value of a column of its source."""
    found = [shown_field(row, name) for row in records]
    if set(found) <= {ABSENT}:
        known = ", ".join(f"meta.{key}" for key in _meta_keys(records)) or "none"
        raise UserError(f'params.yaml: slice "{name}": no test row has it; known: {known}')
    return found


def _meta_keys(records: list[Row]) -> list[str]:
    """Return every key that a row's source had."""
    return sorted({key for row in records for key in meta_of(row)})
