"""Every cheap question that can be asked of a test row, as predicates for the discovery."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tunesmith.analysis.keywords import frayed
from tunesmith.analysis.pool import LEAST_SHARE, Predicate
from tunesmith.fields import as_text
from tunesmith.rows import Row, meta_of
from tunesmith.slices import MIN_ROWS, Mask
from tunesmith.text.units import UNIT

MOST_VALUES = 200
EXTREME = (0.03, 0.5)  # share of the rows that are the shortest or the longest
MOST_BOUNDS = 16
HAN_LENGTHS = (2, 3, 4, 5)
READ_CHARS = 300  # of each prompt
MOST_TERMS = 1500


def declared_predicates(masks: Mapping[str, Mapping[str, Mask]]) -> Iterator[Predicate]:
    """Yield what params.yaml asks for."""
    for name, values in masks.items():
        for value, mask in values.items():
            yield Predicate(f"{name}={value}", name, 0, mask)


def column_predicates(records: Sequence[Row]) -> Iterator[Predicate]:
    """Yield language, label and the columns of the source that have few values."""
    columns = {name: [row[name] for row in records] for name in ("lang", "label", "task")}
    metas = [meta_of(row) for row in records]
    for key in sorted({key for meta in metas for key in meta}):
        found = [meta.get(key) for meta in metas]
        if all(value is None or isinstance(value, str | bool | int) for value in found):
            columns[f"meta.{key}"] = [as_text(value) for value in found]
    for name, values in columns.items():
        column = np.array(values, dtype=object)
        distinct = sorted({value for value in values if value is not None})
        if len(distinct) <= MOST_VALUES:
            yield from (Predicate(f"{name}={v}", name, 0, column == v) for v in distinct)


def length_predicates(
    name: str, texts: Sequence[str], langs: Sequence[str | None]
) -> Iterator[Predicate]:
    """Yield the shortest and the longest rows, of all and of each language."""
    sizes = np.array([len(text) for text in texts])
    yield from _bands(name, sizes, np.ones(len(sizes), dtype=bool), "", 0)
    for lang in sorted({lang for lang in langs if lang}):
        inside = np.array([one == lang for one in langs])
        if inside.sum() >= MIN_ROWS:
            yield from _bands(name, sizes, inside, f"lang={lang} and ", 2)


def _bands(
    name: str, sizes: NDArray[np.int64], inside: Mask, prefix: str, tier: int
) -> Iterator[Predicate]:
    """Yield the bands of one group of rows."""
    for bound in _bounds(sizes[inside]):
        yield Predicate(f"{prefix}{name}<={bound}", name, tier, inside & (sizes <= bound))
    for bound in _bounds(-sizes[inside]):
        yield Predicate(f"{prefix}{name}>={-bound}", name, tier, inside & (sizes >= -bound))


def _bounds(sizes: NDArray[np.int64]) -> list[int]:
    """Return sizes that the smallest 3 to 50 in 100 do not exceed, 16 at most."""
    values, counts = np.unique(sizes, return_counts=True)
    shares = counts.cumsum() / len(sizes)
    fit = values[(shares >= EXTREME[0]) & (shares <= EXTREME[1])]
    picks = np.linspace(0, len(fit) - 1, min(MOST_BOUNDS, len(fit))).round().astype(int)
    return [int(value) for value in fit[picks]] if len(fit) else []


def value_predicates(name: str, values: Sequence[str]) -> Iterator[Predicate]:
    """Yield one predicate for each value of a slice."""
    column = np.array(values, dtype=object)
    yield from (Predicate(f"{name}={v}", name, 0, column == v) for v in sorted(set(values)))


def term_predicates(prompts: Sequence[str]) -> Iterator[Predicate]:
    """Yield `prompt has …` for English words and pairs of words, and for Chinese runs.

    The commonest come first; of Chinese runs in as many rows the longer, which is the word.
    """
    size = len(prompts)
    places: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(prompts):
        for term in terms(text):
            places[term].append(place)
    least = max(MIN_ROWS, round(LEAST_SHARE * size))
    common = [term for term, found in places.items() if len(found) >= least]
    ordered = sorted(common, key=lambda term: (-len(places[term]), *_readable(term)))
    for term in ordered[:MOST_TERMS]:
        mask = np.zeros(size, dtype=bool)
        mask[places[term]] = True
        yield Predicate(f'prompt has "{term}"', "prompt", 1, mask)


def _readable(term: str) -> tuple[bool, int, str]:
    """Order terms of the same rows: whole Chinese words, long ones first; short English ones."""
    return (frayed(term), len(term) if term.isascii() else -len(term), term)


def terms(text: str) -> set[str]:
    """Return the terms of one text, of its beginning."""
    found: set[str] = set()
    run: list[str] = []
    last, end = "", -1
    for match in UNIT.finditer(text[:READ_CHARS].lower()):
        unit = match[0]
        if unit.isascii() or len(unit) > 1:
            found.add(unit)
            if last and text[end : match.start()] in (" ", "-"):
                found.add(f"{last} {unit}")
            last, end, run = unit, match.end(), []
            continue
        run = [*run, unit][-HAN_LENGTHS[-1] :] if match.start() == end else [unit]
        found.update("".join(run[-n:]) for n in HAN_LENGTHS if n <= len(run))
        last, end = "", match.end()
    return found
