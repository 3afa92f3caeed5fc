"""How often the first model's answer wins, with an interval that counts rows, not ratings."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tunesmith.human.rating import Rating
from tunesmith.stats.mcnemar import mcnemar
from tunesmith.stats.resample import Floats
from tunesmith.stats.score import Score, proportion

MOST_GAIN = 1_000  # of rows by ties: an interval is never narrower than of so many times the rows


def row_scores(ratings: Sequence[Rating], first: str) -> Floats:
    """Return, for each rated row, the mean of what people said: 1 first, 0 second, else 1/2."""
    rows: dict[str, list[float]] = {}
    for one in ratings:
        said = 0.5 if one.preferred is None else float(one.preferred == first)
        rows.setdefault(one.row, []).append(said)
    return np.array([np.mean(rows[row]) for row in sorted(rows)])


def win_rate(scores: Floats, confidence: float) -> Score:
    """Return the mean score of rows with Wilson's interval at the effective number of rows.

    Ties and people who differ make the scores vary less than wins and losses alone would; the
    number of rows is multiplied by that factor. Where all rows have one score, it stays what it is.

    Args:
        scores: (N,) in [0, 1], one a row, whoever and however many rated it.
        confidence: of the interval.

    Returns:
        The score; `n` is N.

    Raises:
        ValueError: no row.

    Source: Wilson's interval at the effective sample size, Franco et al. 2019,
    https://pmc.ncbi.nlm.nih.gov/articles/PMC6690503.
    """
    n = len(scores)
    if n == 0:
        raise ValueError("no row: a share of nothing is not 0")
    mean, spread = float(scores.mean()), float(scores.var(ddof=1)) if n > 1 else 0.0
    gain = min(max(mean * (1 - mean) / spread, 1.0), MOST_GAIN) if spread > 0 else 1.0
    rows = round(n * gain)
    found = proportion(mean * rows, rows, confidence)
    return replace(found, value=mean, n=n)


def compared(ratings: Sequence[Rating], first: str, confidence: float) -> dict[str, Any]:
    """Return the win rate with the counts behind it.

    `p` is that of the exact sign test over rows that most people decided the same way.
    """
    scores = row_scores(ratings, first)
    wins, losses = int((scores > 0.5).sum()), int((scores < 0.5).sum())
    return {
        **win_rate(scores, confidence).as_dict(),
        "wins": wins,
        "losses": losses,
        "even": len(scores) - wins - losses,
        "both_bad": sum(one.choice == "both_bad" for one in ratings),
        "ratings": len(ratings),
        "p": mcnemar(wins, losses),
    }
