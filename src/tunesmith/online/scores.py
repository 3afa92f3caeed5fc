"""Scores of answers before they are learnt from: refused, scaled, clipped, ended."""

import math

from tunesmith.errors import UserError


def refuse_broken(scores: list[float], what: str, step: int) -> None:
    """Refuse scores that are no numbers.

    Raises:
        UserError: says how many, and names the first.
    """
    bad = [place for place, score in enumerate(scores) if not math.isfinite(score)]
    if bad:
        raise UserError(
            f"{what} is {scores[bad[0]]} for {len(bad):,} of {len(scores):,} answers at step "
            f"{step}, first answer {bad[0] + 1}; a reward has to be a finite number for any answer"
        )


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
