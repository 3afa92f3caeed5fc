"""Scores of answers before they are learnt from: scaled, clipped, less without an end."""

import math


def shaped(
    scores: list[float], finished: list[bool], scale: float, clip: float | None, penalty: float
) -> list[float]:
    """Return scores as they are learnt from.

    Args:
        scores: the weighted sum of the rewards.
        finished: whether an answer ended by itself, before the limit of its tokens.
        scale: scores are multiplied with it.
        clip: the furthest from 0 after scaling; None: any.
        penalty: is subtracted last from answers that did not end.
    """
    most = math.inf if clip is None else clip
    return [
        min(max(score * scale, -most), most) - (0.0 if ended else penalty)
        for score, ended in zip(scores, finished, strict=True)
    ]
