"""Irrelevant: a sentence that has nothing to do with the matter, and no opinion in it."""

from tunesmith.behaviour.perturbations.given import Changed, Given

SENTENCES = {
    "en": (
        "I am writing this on my phone.",
        "I am on the train right now.",
        "I will read your reply later.",
        "My colleague told me to write here.",
    ),
    "zh": ("我在用手机打字。", "我现在在地铁上。", "我晚点再看回复。", "是同事让我来问的。"),
}


def irrelevant(text: str, given: Given) -> Changed | None:
    """Return the text with such a sentence before or after it; see `Perturbation`.

    Source: the irrelevant context of GSM-IC, https://arxiv.org/abs/2302.00093; the sentences are
    ours.
    """
    if given.lang not in SENTENCES:
        return None
    sentences = SENTENCES[given.lang]
    sentence = sentences[given.rng.integers(len(sentences))]
    gap = " " if given.lang == "en" else ""
    parts = [sentence, text.strip()] if given.rng.random() < 0.5 else [text.strip(), sentence]
    return Changed(gap.join(parts))
