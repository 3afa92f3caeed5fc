"""Asks the judge about each row in both orders, and tells how much the order mattered."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunesmith.answers import Answers
from tunesmith.endpoints.replies import Replies
from tunesmith.files import sha256_text
from tunesmith.judge.params import Judge
from tunesmith.judge.request import request_of, verdict_of
from tunesmith.metrics.tokens import chinese_rows, trimmed
from tunesmith.rows import Message
from tunesmith.stats.resample import Floats

SEED = 0  # of a request; at temperature 0 nothing hangs on it


@dataclass(frozen=True)
class Verdicts:
    """What the judge said of N rows.

    `by_order` (N, 2) is 1 where it prefers the prediction, -1 the reference, 0 neither, NaN where
    it gave no verdict or was not asked: with the prediction first, then with it second.
    """

    by_order: Floats
    chosen: NDArray[np.bool_]  # (N,) rows that count
    same: NDArray[np.bool_]  # (N,) of these, prediction and reference are one text: not asked

    def scores(self) -> Floats:
        """Return (N,) 1 for a win, 0 for a loss, 0.5 for a tie or two verdicts that disagree.

        NaN where a verdict is missing.
        """
        first, second = self.by_order.T
        agreed = np.where(first == second, (first + 1) / 2, 0.5)
        return np.where(np.isnan(first + second), np.nan, agreed)

    def about(self) -> dict[str, Any]:
        """Return counts of rows and replies, and how far the order decided.

        `flips` is the share of rows that were asked about whose verdict changes with the order;
        `first_preferred` the share of verdicts for one of the two answers that are for the first:
        0.5 is no bias.
        """
        scores = self.scores()
        asked = self.by_order[self.chosen & ~self.same]
        both = asked[~np.isnan(asked).any(axis=1)]
        for_first = (asked * [1.0, -1.0])[np.nan_to_num(asked) != 0]
        return {
            "rows": int(self.chosen.sum()),
            "same_text": int(self.same.sum()),
            "judged": int((~np.isnan(scores)).sum()),
            "wins": int((scores == 1).sum()),
            "ties": int((scores == 0.5).sum()),
            "losses": int((scores == 0).sum()),
            "replies_without_verdict": int(np.isnan(asked).sum()),
            "flips": float((both[:, 0] != both[:, 1]).mean()) if len(both) else 0.0,
            "first_preferred": float((for_first > 0).mean()) if len(for_first) else 0.5,
        }


def verdicts(answers: Answers, judge: Judge, replies: Replies, seed: int) -> Verdicts:
    """Ask about at most `max_rows` rows, the same ones of every model.

    Args:
        answers: N rows with their prompts.
        judge: the model and its dials.
        replies: what it replied before; nothing in there is asked again. New ones are added.
        seed: picks the rows.

    Raises:
        UserError: a reply is missing and no server is named, or the server fails.
    """
    chosen = _chosen(answers, judge.max_rows, seed)
    pairs = zip(answers.predictions, answers.references, strict=True)
    same = chosen & np.array([trimmed(one) == trimmed(other) for one, other in pairs])
    by_order = np.full((len(answers), 2), np.nan)
    by_order[same] = 0.0
    rows = np.flatnonzero(chosen & ~same)
    requests = _requests(answers, rows, judge)
    said = [verdict_of(one) for one in judge.replies(requests, [SEED] * len(requests), replies)]
    found = np.array(said, dtype=np.float64).reshape(len(rows), 2)  # None becomes NaN
    by_order[rows] = found * [1.0, -1.0]
    return Verdicts(by_order, chosen, same)


def _requests(answers: Answers, rows: NDArray[np.int64], judge: Judge) -> list[list[Message]]:
    """Return two requests a row: the prediction first, then the reference first."""
    assert answers.prompts is not None
    chinese = chinese_rows(answers.langs, answers.references)
    requests = []
    for row in rows.tolist():
        pair = answers.predictions[row], answers.references[row]
        for first, second in (pair, pair[::-1]):
            question = answers.prompts[row]
            requests.append(request_of(question, first, second, chinese[row], judge.criteria))
    return requests


def _chosen(answers: Answers, most: int, seed: int) -> NDArray[np.bool_]:
    """Mark at most so many rows, by a hash of question and reference, whatever was predicted."""
    assert answers.prompts is not None
    pairs = zip(answers.prompts, answers.references, strict=True)
    keys = [sha256_text(f"{seed}:{prompt}\0{reference}") for prompt, reference in pairs]
    chosen = np.zeros(len(answers), dtype=bool)
    chosen[sorted(range(len(keys)), key=keys.__getitem__)[:most]] = True
    return chosen
