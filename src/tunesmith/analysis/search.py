"""The pool of subsets that discovery tries on these test rows."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tunesmith.analysis.pool import Pool, Predicate, make_pool
from tunesmith.analysis.predicates import (
    column_predicates,
    declared_predicates,
    length_predicates,
    term_predicates,
    value_predicates,
)
from tunesmith.analysis.slices.declared import text_values
from tunesmith.analysis.themes import theme_predicates
from tunesmith.answers import is_classification
from tunesmith.rows import prompt_text, reference_of, to_rows
from tunesmith.slices import Mask

if TYPE_CHECKING:
    import pandas as pd


def search_pool(
    rows: "pd.DataFrame",
    train: "pd.DataFrame",
    masks: Mapping[str, Mapping[str, Mask]],
    rare_below: int,
    seed: int,
) -> Pool:
    """Return every predicate that discovery tries, and two of them together.

    Args:
        rows: N test rows.
        train: train rows; without any, nothing is compared with them.
        masks: the declared slices, which are tried too.
        rare_below: train rows that a word has at least, not to be rare.
        seed: of the groups of questions.
    """
    prompts = [prompt_text(row) for row in to_rows(rows)]
    plain = _plain(rows, train, masks, rare_below, prompts)
    terms = list(term_predicates(prompts))
    return make_pool(plain, [*terms, *theme_predicates(prompts, terms, seed)], len(rows))


def _plain(
    rows: "pd.DataFrame",
    train: "pd.DataFrame",
    masks: Mapping[str, Mapping[str, Mask]],
    rare_below: int,
    prompts: list[str],
) -> Iterator[Predicate]:
    """Yield columns, lengths, and what the text holds."""
    records = to_rows(rows)
    langs = [row["lang"] for row in records]
    yield from declared_predicates(masks)
    yield from column_predicates(records)
    yield from length_predicates("prompt_chars", prompts, langs)
    if not is_classification(rows):
        references = [reference_of(row) for row in records]
        yield from length_predicates("reference_chars", references, langs)
    for name, values in text_values(rows, train, rare_below).items():
        if name not in masks:
            yield from value_predicates(name, values())
