"""How far the champion's score has fallen on new rows, against that on the test rows."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tunesmith.answers import Answers, is_classification, to_answers
from tunesmith.errors import UserError
from tunesmith.metrics import metrics_for
from tunesmith.metrics.measure import measure
from tunesmith.metrics.metric import Metric
from tunesmith.metrics.params import EvaluateParams
from tunesmith.monitor.side import Side, level_of
from tunesmith.prediction.params import PredictParams
from tunesmith.prediction.run import predict
from tunesmith.rewards.base import Scorer
from tunesmith.rewards.table import rewarded, rewards_of
from tunesmith.rows import Row, to_frame, to_rows

CHAMPION = "champion"
MOST_ROWS = 2000


def fall(
    champion: Path,
    rows: Sequence[Row],
    test_scores: Mapping[str, Any],
    metric: str,
    limit: float,
    predicting: PredictParams,
    evaluating: EvaluateParams,
    seed: int,
    scorer: Scorer | None = None,
) -> Side:
    """Ask the champion the new rows, and compare its score with that of the test rows.

    Args:
        champion: folder of the model.
        rows: new rows with their answers; above 2,000 a sample is asked.
        test_scores: metric → score with its interval, as stage evaluate wrote it.
        metric: that the gate decides by.
        limit: of the fall.
        predicting: the dials of prediction; no clock is read here.
        evaluating: resamples and confidence.
        seed: of sample and resamples.
        scorer: of answers, for metric `reward`.

    Raises:
        UserError: the test rows have no such score, or the rows cannot have it.
    """
    if metric not in test_scores:
        raise UserError(
            f"the champion has no {metric} on the test rows; `dvc repro evaluate` gives it one"
        )
    frame = to_frame({**row, "split": "test"} for row in _some(rows, seed))
    [scored] = metrics_for([metric], is_classification(frame))
    untimed = predicting.model_copy(update={"latency_requests": 0})
    table = predict(champion, to_rows(frame), untimed, seed).table
    if scorer is not None:
        table = rewarded(table, rewards_of(to_rows(frame), table, scorer))
    answers = to_answers(frame, table)
    scored.needs(answers)
    found = _interval(scored, answers, evaluating, seed)
    effect, chance = fallen(test_scores[metric], found, scored.higher_is_better is not False)
    return Side(
        f"score ({metric})", effect, chance, limit, len(frame), level_of(effect, chance, limit)
    )


def fallen(
    before: Mapping[str, float], after: Mapping[str, float], higher_is_better: bool
) -> tuple[float, float]:
    """Return how much worse the later score is, and how far its interval reaches down to no loss.

    Args:
        before: value, low and high of the earlier score.
        after: of the later one, of other rows.
        higher_is_better: else the sign is turned.

    Source: method 10 of Newcombe 1998, "Interval estimation for the difference between
    independent proportions", Statistics in Medicine 17: the squares of the two distances add up.
    """
    better, worse = (before, after) if higher_is_better else (after, before)
    chance = math.hypot(better["value"] - better["low"], worse["high"] - worse["value"])
    return better["value"] - worse["value"], chance


def _interval(
    metric: Metric, answers: Answers, settings: EvaluateParams, seed: int
) -> dict[str, float]:
    """Return the score of the answers with its interval."""
    table = {metric: {CHAMPION: metric.statistics(answers)}}
    rng = np.random.default_rng(seed)
    [found] = measure(table, settings.resamples, settings.confidence, rng)
    return found.score(CHAMPION).as_dict()


def _some(rows: Sequence[Row], seed: int) -> list[Row]:
    """Return at most so many rows, in their order."""
    if len(rows) <= MOST_ROWS:
        return list(rows)
    chosen = np.random.default_rng(seed).choice(len(rows), MOST_ROWS, replace=False)
    return [rows[place] for place in sorted(chosen)]
