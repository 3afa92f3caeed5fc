"""Emoji: one that says nothing about the matter, at the end or at the beginning."""

from tunesmith.behaviour.perturbations.given import Changed, Given

NEUTRAL = ("🙂", "👀", "📱", "🤔", "👋", "📦", "🗓️", "☕")


def emoji(text: str, given: Given) -> Changed | None:
    """Return the text with an emoji; see `Perturbation`.

    Ours, of no published suite that we know.
    """
    mark = NEUTRAL[given.rng.integers(len(NEUTRAL))]
    return Changed(f"{text} {mark}" if given.rng.random() < 0.75 else f"{mark} {text}")
