"""Contractions: `what's` for `what is`, or the other way round."""

import re

from tunesmith.behaviour.perturbations.free import replaced
from tunesmith.behaviour.perturbations.given import Changed, Given

LONG_TO_SHORT = (
    (r"(?<!than )\b(I) am\b(?= \w)", r"\1'm"),
    (r"(?<!than )\b(it|that|there|what|where|who|how|he|she) is\b(?= \w)", r"\1's"),
    (r"(?<!than )\b(you|we|they) are\b(?= \w)", r"\1're"),
    (r"\b(I|you|we|they) have\b(?= \w+(?:ed|en|t)\b)", r"\1've"),
    (r"\b(I|you|we|they|he|she|it) will\b", r"\1'll"),
    (r"\b(I|you|we|they|he|she) would\b", r"\1'd"),
    (r"\b(is|are|was|were|do|does|did|has|have|had|could|would|should) not\b", r"\1n't"),
    (r"\bcan(?:not| not)\b", "can't"),
)
SHORT_TO_LONG = (
    (r"\bcan['’]t\b", "cannot"),
    (r"\bwon['’]t\b", "will not"),
    (r"\b(is|are|was|were|do|does|did|has|have|had|could|would|should)n['’]t\b", r"\1 not"),
    (r"\b(I)['’]m\b", r"\1 am"),
    (r"\b(\w+)['’]re\b", r"\1 are"),
    (r"\b(\w+)['’]ve\b", r"\1 have"),
    (r"\b(\w+)['’]ll\b", r"\1 will"),
    (r"\b(what|where|who|how|that|there|it)['’]s\b(?! (?:been|got)\b)", r"\1 is"),
    (r"\b(I|you|we|they|he|she)['’]d(?= (?:like|love|prefer|want|wait)\b)", r"\1 would"),
)


def contractions(text: str, given: Given) -> Changed | None:
    """Return an English text with all its contractions undone, else contracted; `Perturbation`.

    Source: "contractions" of CheckList, https://aclanthology.org/2020.acl-main.442; the rules are
    ours.
    """
    if given.lang != "en":
        return None
    for rules in (SHORT_TO_LONG, LONG_TO_SHORT):
        made = text
        for pattern, put in rules:
            made = replaced(re.compile(pattern, re.IGNORECASE), put, made, given.keep)
        if made != text:
            return Changed(made)
    return None
