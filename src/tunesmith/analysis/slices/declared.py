"""The slices that params.yaml asks for: plain columns, what the text holds, and saved queries."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tunesmith.analysis.slices.novelty import novelty
from tunesmith.analysis.slices.query import compile_query, facts_of, meta_keys
from tunesmith.analysis.slices.rare_words import rare_words
from tunesmith.errors import UserError
from tunesmith.rows import prompt_text, to_rows
from tunesmith.slices import TEXTS, Mask, slice_masks

if TYPE_CHECKING:
    import pandas as pd

Values: TypeAlias = Callable[[], list[str]]

QUERY = "query"
HOLD = ("negation", "numbers")  # what a prompt can hold, also where nobody asked for the slice


def declared_masks(
    rows: "pd.DataFrame",
    train: "pd.DataFrame",
    names: Sequence[str],
    queries: Mapping[str, str],
    rare_below: int,
) -> dict[str, dict[str, Mask]]:
    """Return, for each slice name, its values with the rows that have each: a mask (N,).

    Args:
        rows: N test rows.
        train: train rows; `rare_words` and `novelty` need some.
        names: those of `slice_masks`, or `rare_words`, `novelty`.
        queries: name → query, see `compile_query`; all are under the slice name `query`.
        rare_below: train rows that a word has at least, not to be rare.

    Raises:
        UserError: see `slice_masks`; or a slice that compares with train, and train is empty.
    """
    known = text_values(rows, train, rare_below)
    found = {name: _masks(known, name, rows) for name in names}
    if queries:
        found[QUERY] = _query_masks(rows, queries)
    return found


def text_values(rows: "pd.DataFrame", train: "pd.DataFrame", rare_below: int) -> dict[str, Values]:
    """Return, by slice name, the function that gives each row's value."""
    prompts = [prompt_text(row) for row in to_rows(rows)]
    known = [prompt_text(row) for row in to_rows(train)]
    found: dict[str, Values] = {name: partial(TEXTS[name], prompts) for name in HOLD}
    if known:
        found["rare_words"] = partial(rare_words, prompts, known, rare_below)
        found["novelty"] = partial(novelty, prompts, known)
    return found


def _masks(known: Mapping[str, Values], name: str, rows: "pd.DataFrame") -> dict[str, Mask]:
    """Return the masks of one slice name."""
    if name in ("rare_words", "novelty") and name not in known:
        raise UserError(
            f'params.yaml: analyze.slices: "{name}" compares with train, which has no row'
        )
    if name not in known:
        further = tuple(one for one in known if one not in TEXTS)
        return slice_masks(rows, [name], further=further)[name]
    column = np.array(known[name](), dtype=object)
    return {value: column == value for value in sorted(set(column.tolist()))}


def _query_masks(rows: "pd.DataFrame", queries: Mapping[str, str]) -> dict[str, Mask]:
    """Return the rows for which each query holds."""
    facts = [facts_of(row) for row in to_rows(rows)]
    known = {key for one in facts for key in one["meta"]}
    masks: dict[str, Mask] = {}
    for name, text in queries.items():
        try:
            holds = compile_query(text)
            _check_keys(meta_keys(text) - known, known)
            masks[name] = np.array([bool(holds(one)) for one in facts], dtype=bool)
        except (UserError, ValueError) as error:
            raise UserError(f"params.yaml: analyze.queries.{name}: {error}") from None
        if not masks[name].any():
            raise UserError(f"params.yaml: analyze.queries.{name}: no test row meets it: {text}")
    return masks


def _check_keys(missing: set[str], known: set[str]) -> None:
    """Refuse a query that reads what no row has."""
    if missing:
        names = ", ".join(f"meta.{key}" for key in sorted(known)) or "none"
        raise ValueError(f"no test row has meta.{min(missing)}; known: {names}")
