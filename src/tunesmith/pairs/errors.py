"""Pairs from errors: the reference is chosen over a model's wrong answer."""

from collections.abc import Sequence
from typing import Any

from tunesmith.answers import Answers
from tunesmith.metrics.rouge_l import RougeL
from tunesmith.pairs.asked import Answer, why_not
from tunesmith.pairs.pair import Pairs, pair_of, sorted_out
from tunesmith.rows import Row, reference_of

RIGHT = "the answer is near enough to the reference"
EMPTY = "the model answered nothing"
CUT = "the answer was cut off before its end"


def error_pairs(rows: list[Row], answers: Sequence[Answer], model: str, at_most: float) -> Pairs:
    """Return a pair for each row that a model got wrong.

    An answer that was cut off is none: preferring what ends over it would teach to end, not to be
    right.

    Args:
        rows: conversations with their references.
        answers: of the model, in the same order.
        model: its name, kept with each pair.
        at_most: ROUGE-L, from 0 to 1, up to which an answer counts as wrong.
    """
    scores = scores_of(rows, answers)
    triples = zip(rows, answers, scores, strict=True)
    return sorted_out(_pair(*triple, model=model, at_most=at_most) for triple in triples)


def scores_of(rows: list[Row], answers: Sequence[Answer]) -> list[float]:
    """Return ROUGE-L of each answer with its reference."""
    if not rows:
        return []
    given = Answers(
        [answer.text for answer in answers],
        [reference_of(row) for row in rows],
        [row.get("lang") for row in rows],
    )
    found: list[float] = RougeL().scores(given).tolist()
    return found


def _pair(
    row: Row, answer: Answer, score: float, model: str, at_most: float
) -> dict[str, Any] | str:
    """Return the pair of one row, or why there is none."""
    if reason := why_not(row):
        return reason
    if score > at_most:
        return RIGHT
    if not answer.text.strip():
        return EMPTY
    if not answer.finished:
        return CUT
    beside = {"rejected_model": model, "rouge_l": round(score, 4)}
    return pair_of(row, reference_of(row), answer.text, "error", **beside)
