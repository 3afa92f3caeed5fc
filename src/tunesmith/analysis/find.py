"""The weak slices of a set of answered rows, by the metric that params.yaml names."""

from typing import TYPE_CHECKING

from tunesmith.analysis import SliceParams
from tunesmith.analysis.cases import FIXED
from tunesmith.analysis.prices import full_score
from tunesmith.analysis.ranked import Ranked, rank_slices
from tunesmith.analysis.search import search_pool
from tunesmith.analysis.slices.declared import declared_masks
from tunesmith.errors import UserError
from tunesmith.metrics import METRICS
from tunesmith.stats.resample import Floats

if TYPE_CHECKING:
    import pandas as pd


def find_slices(
    rows: "pd.DataFrame",
    train: "pd.DataFrame",
    scores: Floats,
    settings: SliceParams,
    seed: int,
) -> Ranked:
    """Compare the declared slices with the rest, and look for others.

    Args:
        rows: N rows that were answered.
        train: what the candidate was trained on.
        scores: (N,) of the candidate, more is better.
        settings: metric, slices and limits.
        seed: of every shuffle.
    """
    masks = declared_masks(rows, train, settings.slices, settings.queries, settings.rare_below)
    pool = search_pool(rows, train, masks, settings.rare_below, seed)
    full = full_score(METRICS[settings.metric].scale, scores)
    limit = settings.false_discovery_rate
    return rank_slices(scores, masks, pool, settings.resamples, limit, seed, full)


def direction(name: str, section: str = "analyze") -> int:
    """Return 1 where more of the metric is better, -1 where less is.

    Args:
        name: of the metric.
        section: of params.yaml that names it.

    Raises:
        UserError: the metric is unknown, has no score of single rows in the table of row scores,
            or neither more nor less of it is better.
    """
    better = {
        metric.name: metric.higher_is_better
        for metric in METRICS.values()
        if metric.per_row and metric.higher_is_better is not None and metric.name not in FIXED
    }
    if name not in better:
        known = ", ".join(better)
        raise UserError(f'params.yaml: {section}.metric: "{name}" ranks no rows; these do: {known}')
    return 1 if better[name] else -1
