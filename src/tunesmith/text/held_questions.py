"""Finds the questions of an evaluation set in other texts, whole or inside longer ones."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tunesmith.text.differences import CJK, same_facts
from tunesmith.text.evaluation_sets import EvaluationSet
from tunesmith.text.near_duplicates import near_pairs_between
from tunesmith.text.normalise import folded

UNIT = re.compile(rf"[{CJK}]|[^\s{CJK}]+")  # of a normal form: a CJK character, a word, a figure


class Limits(NamedTuple):
    """From when on a question counts as held; see `asked_again` and `contained`."""

    similarity: float
    ngram: int
    contained: float


class Held(NamedTuple):
    """The question that a text holds, as `name:line`, and how much of it, 0 to 1."""

    question: str
    score: float


class Questions(NamedTuple):
    """The questions of an evaluation set and the lines where they stand."""

    name: str
    lines: tuple[int, ...]
    texts: tuple[str, ...]


def questions_of(known: EvaluationSet) -> Questions:
    """Read an evaluation set.

    Raises:
        UserError: see `EvaluationSet.questions`.
    """
    lines, texts = zip(*known.questions(), strict=True)
    return Questions(known.name, lines, texts)


def held(
    prompts: Sequence[str],
    texts: Sequence[str],
    known: Questions,
    limits: Limits,
    seed: int,
    short_prompts: int | None = None,
) -> dict[int, Held]:
    """Return, by position, which prompt is a question of the set or which text holds one.

    `short_prompts` is for a part of the rows: see `short_left` of `near_pairs_between`.
    """
    hits = [
        *asked_again(prompts, known.texts, limits.similarity, seed, short_prompts),
        *contained(texts, known.texts, limits.ngram, limits.contained),
    ]
    found: dict[int, Held] = {}
    for hit in hits:
        found.setdefault(hit.text, Held(f"{known.name}:{known.lines[hit.question]}", hit.score))
    return found


class Hit(NamedTuple):
    """A text and the question that it holds, both by position, and how much of it, 0 to 1."""

    text: int
    question: int
    score: float


def contained(
    texts: Sequence[str], questions: Sequence[str], size: int, ratio: float
) -> Iterator[Hit]:
    """Yield, for each text, the question of which it holds the most, if that is enough.

    Args:
        texts: any texts.
        questions: those of fewer than `size` words are skipped: too short to be anybody's.
        size: words of an n-gram; a CJK character is a word.
        ratio: share of a question's distinct n-grams that the text must hold, 0 to 1.

    Source: n-gram overlap as in appendix C of https://arxiv.org/abs/2005.14165 (there 13 words).
    """
    asked: dict[tuple[str, ...], list[int]] = defaultdict(list)
    totals = [0] * len(questions)
    for place, question in enumerate(questions):
        grams = _grams(question, size)
        totals[place] = len(grams)
        for gram in grams:
            asked[gram].append(place)
    for place, text in enumerate(texts):
        counts = Counter(q for gram in _grams(text, size) for q in asked.get(gram, ()))
        shares = [(count / totals[q], -q) for q, count in counts.items()]
        share, negative = max(shares, default=(0.0, 0))
        if share and share >= ratio:
            yield Hit(place, -negative, share)


def asked_again(
    texts: Sequence[str],
    questions: Sequence[str],
    similarity: float,
    seed: int,
    short_texts: int | None = None,
) -> Iterator[Hit]:
    """Yield texts that are as a whole at least `similarity` like a question, facts included."""
    for i, j, score in near_pairs_between(texts, questions, similarity, seed, short_texts):
        if folded(texts[i]) and same_facts(texts[i], questions[j]):
            yield Hit(i, j, score)


def _grams(text: str, size: int) -> set[tuple[str, ...]]:
    """Return the distinct n-grams of a text's words and figures."""
    units = UNIT.findall(folded(text))
    return set(zip(*(units[k:] for k in range(size)), strict=False))
