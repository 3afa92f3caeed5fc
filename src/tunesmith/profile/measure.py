"""Counts what a table of train rows holds: values, lengths, words, and how varied it is."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from tunesmith.diversity import TOKEN, diversity, sampled
from tunesmith.fields import field_of
from tunesmith.profile import ProfileParams
from tunesmith.rows import Row, message_text, prompt_of, reference_of, text_of

Tree: TypeAlias = dict[str, Any]

EDGES = tuple(sorted({round(2 ** (k / 4)) for k in range(69)}))  # characters, 1 to 131,072
MOST_VALUES = 50
MOST_WORDS = 300
READ_FOR_WORDS = 5000
REST = "(rest)"


def profile_of(splits: Mapping[str, Sequence[Row]], params: ProfileParams, seed: int) -> Tree:
    """Return the profile of a version of the data.

    Args:
        splits: name → rows; what is described is `train`, of the others only the size.
        params: the section `profile`.
        seed: of the samples that words and diversity are taken from.
    """
    train = splits["train"]
    return {
        "rows": {name: len(rows) for name, rows in splits.items()},
        "values": {"file": top(map(file_of, train)), **_values(train, params.balance)},
        "lengths": {"question": _lengths(train, question), "answer": _lengths(train, answer)},
        "words": _words(train, seed),
        "diversity": _diversity(train, seed),
    }


def question(row: Row) -> str:
    """Return what is asked, or the text of a row that asks nothing."""
    asked = [message_text(turn) for turn in prompt_of(row) if turn["role"] != "system"]
    return "\n".join(asked)


def answer(row: Row) -> str:
    """Return what is to be said; empty for a label or a plain text."""
    return "" if row["task"] in {"classification", "text"} else reference_of(row)


def file_of(row: Row) -> str:
    """Return the file that a row came from, without its line."""
    return str(row["source"]).rpartition(":")[0] or str(row["source"])


def top(values: Iterable[str | None], most: int = MOST_VALUES) -> dict[str, int]:
    """Return the commonest values with their rows, the others together as the rest."""
    counts = Counter("(none)" if value is None else str(value) for value in values)
    common = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rest = sum(rows for _, rows in common[most:])
    return dict(common[:most]) | ({REST: rest} if rest else {})


def _values(rows: Sequence[Row], fields: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return the values of every field that some row has."""
    found = {name: [field_of(row, name) for row in rows] for name in fields}
    return {
        name: top(values) for name, values in found.items() if any(v is not None for v in values)
    }


def _lengths(rows: Sequence[Row], part: Any) -> dict[str, list[int]]:
    """Return, for each language, how many texts have a length up to each of `EDGES`.

    A count of index k is of lengths from EDGES[k - 1] to below EDGES[k], the last of longer ones.
    Empty texts are left out.
    """
    counts: dict[str, list[int]] = {}
    for row in rows:
        length = len(part(row))
        if length:
            bins = counts.setdefault(row["lang"] or "und", [0] * (len(EDGES) + 1))
            bins[bisect_right(EDGES, length)] += 1
    return dict(sorted(counts.items()))


def _words(rows: Sequence[Row], seed: int) -> dict[str, int]:
    """Return the commonest words (in Chinese, characters) and the rest of a sample."""
    texts = sampled([text_of(row) for row in rows], READ_FOR_WORDS, seed)
    return top((word for text in texts for word in TOKEN.findall(text.casefold())), MOST_WORDS)


def _diversity(rows: Sequence[Row], seed: int) -> dict[str, dict[str, float]]:
    """Return how varied the questions of each language are."""
    texts: dict[str, list[str]] = {}
    for row in rows:
        texts.setdefault(row["lang"] or "und", []).append(question(row))
    return {lang: diversity(found, seed) for lang, found in sorted(texts.items())}
