"""Politeness: a greeting before the request, thanks after it."""

from tunesmith.behaviour.perturbations.given import Changed, Given

BEFORE = {
    "en": ("Hi there! ", "Hello, ", "Good morning. ", "Excuse me. ", "Sorry to bother you. "),
    "zh": ("你好，", "您好，", "早上好。", "不好意思，打扰一下，", "亲，"),
}
AFTER = {
    "en": (" Thank you!", " Thanks in advance.", " Many thanks.", " Cheers."),
    "zh": ("谢谢！", "麻烦您了。", "辛苦了。", "多谢。"),
}


def politeness(text: str, given: Given) -> Changed | None:
    """Return the text with a greeting or with thanks; see `Perturbation`.

    Ours, of no published suite that we know.
    """
    if given.lang not in BEFORE:
        return None
    before = given.rng.random() < 0.5
    phrases = (BEFORE if before else AFTER)[given.lang]
    phrase = phrases[given.rng.integers(len(phrases))]
    return Changed(phrase + text if before else text.rstrip() + phrase)
