"""Negation: a "not" put into a statement or request, or taken out of it; it changes the meaning."""

import re
from collections.abc import Iterator

from tunesmith.behaviour.perturbations.free import free, replaced, spliced
from tunesmith.behaviour.perturbations.given import Changed, Given
from tunesmith.behaviour.perturbations.negation_zh import turned_round

ASKING = ("what", "when", "where", "how", "who", "why", "only")
NO_QUESTION = "".join(f"(?<!{word} )" for word in ASKING)
BE = r"is|are|was|were|can|could|would|should|will|must"
REMOVE = (
    (r"\b(?:do not|don['’]t) (?=\w)", ""),
    (rf"\b({BE})(?: not\b| ?n['’]t\b)", r"\1"),
    (r"\bcan(?:not|['’]t)\b", "can"),
    (r"\bnever (?=\w)", ""),
)
INSERT = (
    (r"\b(please) (?=[a-z])", r"\1 do not "),
    (r"\bI(?:['’]d| would) like\b", "I would not like"),
    (r"\bI (?=(?:want|need|like|love|think|know|have)\b)", "I do not "),
    (rf"(?<=[a-z] ){NO_QUESTION}({BE})\b(?! no\b| ?n['’]t)", r"\1 not"),
    (r"^(?=(?:cancel|send|ship|refund|give|make|change|update|track|deliver|call)\b)", "do not "),
)


def negation(text: str, given: Given) -> Changed | None:
    """Return the text without its first "not", or, where it has none, with one.

    For tests of direction: the answer must not stay what it was. Chinese is turned round only where
    that leaves no contradiction, see `turned_round`. See `Perturbation`.

    Source: "add negation" and "remove negation" of CheckList,
    https://aclanthology.org/2020.acl-main.442, which parse the sentence; the patterns are ours.
    """
    ways = {"en": _english, "zh": _chinese}.get(given.lang)
    made = next(ways(text, given.keep), None) if ways else None
    return None if made is None or made == text else Changed(made)


def _english(text: str, keep: tuple[str, ...]) -> Iterator[str]:
    """Yield what each rule makes that applies."""
    for rule, put in (*REMOVE, *INSERT):
        made = replaced(re.compile(rule, re.IGNORECASE), put, text, keep, count=1)
        if made != text:
            yield _like(text, made)


def _chinese(text: str, keep: tuple[str, ...]) -> Iterator[str]:
    """Yield the text turned round at each place where it can be."""
    places = dict(turned_round(text))
    for match in free(places, text, keep, stays=None):
        yield spliced(text, [(match.span(), places[match])])


def _like(text: str, made: str) -> str:
    """Return `made` with a capital where `text` begins with one."""
    if not text[:1].isupper():
        return made
    first = made[:1].upper() + made[1:]
    if re.match("do not", text, re.IGNORECASE):
        return first
    return re.sub(r"^Do not [A-Z]", lambda match: match[0][:-1] + match[0][-1].lower(), first)
