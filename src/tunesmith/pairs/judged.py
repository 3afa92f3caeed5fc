"""Pairs from a judge: of two answers the one that it prefers, whichever stands first."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tunesmith.answers import Answers
from tunesmith.endpoints.replies import Replies
from tunesmith.judge.params import Judge
from tunesmith.judge.verdicts import verdicts
from tunesmith.pairs.asked import question_of, why_not
from tunesmith.pairs.pair import Pairs, pair_of, sorted_out
from tunesmith.rows import Row

NO_VERDICT = "the judge gave no verdict, or was not asked (max_rows)"
EVEN = "the judge prefers neither, or what stands first"
EMPTY = "the better answer is empty"


def judge_pairs(
    rows: list[Row],
    answers: tuple[Sequence[str], Sequence[str]],
    names: tuple[str, str],
    judge: Judge,
    replies: Replies,
    seed: int,
) -> Pairs:
    """Return a pair for each row of which the judge prefers one answer in both orders.

    Args:
        rows: what was asked; rows that measure are not judged.
        answers: two to each row.
        names: of who gave them, kept with each pair.
        judge: the model that judges and its dials.
        replies: what it said before; what is not there is asked.
        seed: picks the rows, where there are more than `max_rows`.

    Raises:
        UserError: a reply is missing and no server is named, or the server fails.
    """
    reasons = [why_not(row) for row in rows]
    places = [place for place, reason in enumerate(reasons) if reason is None]
    made: list[dict[str, Any] | str] = [reason or NO_VERDICT for reason in reasons]
    if places:
        asked = [rows[place] for place in places]
        mine, other = ([side[place] for place in places] for side in answers)
        given = Answers(
            mine, other, [row.get("lang") for row in asked], prompts=list(map(question_of, asked))
        )
        scores = verdicts(given, judge, replies, seed).scores()
        for place, row, pair, score in zip(
            places, asked, zip(mine, other, strict=True), scores, strict=True
        ):
            made[place] = _pair(row, pair, names, float(score), judge.model)
    return sorted_out(made)


def _pair(
    row: Row, pair: tuple[str, str], names: tuple[str, str], score: float, judge: str
) -> dict[str, Any] | str:
    """Return the pair of one row, or why there is none."""
    if np.isnan(score):
        return NO_VERDICT
    if score == 0.5:
        return EVEN
    better = 0 if score == 1 else 1
    if not pair[better].strip():
        return EMPTY
    beside = {
        "judge": judge,
        "chosen_model": names[better],
        "rejected_model": names[1 - better],
    }
    return pair_of(row, pair[better], pair[1 - better], "judge", **beside)
