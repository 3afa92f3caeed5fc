"""Negation: a "not" put into a statement or request, or taken out of it; it changes the meaning."""

import re
from collections.abc import Sequence

from tunesmith.behaviour.perturbations.given import Changed, Given

Rules = Sequence[tuple[str, str]]
ASKING = ("what", "when", "where", "how", "who", "why", "only")
NO_QUESTION = "".join(f"(?<!{word} )" for word in ASKING)
BE = r"is|are|was|were|can|could|would|should|will|must"
REMOVE: dict[str, Rules] = {
    "en": (
        (r"\b(?:do not|don['’]t) (?=\w)", ""),
        (rf"\b({BE})(?: not\b| ?n['’]t\b)", r"\1"),
        (r"\bcan(?:not|['’]t)\b", "can"),
        (r"\bnever ", ""),
    ),
    "zh": (
        (r"(?<![是能会可要])不(?=要|想|能|会|是|可以|喜欢|需要|好)", ""),
        (r"没有", "有"),
    ),
}
INSERT: dict[str, Rules] = {
    "en": (
        (r"\b(please) (?=[a-z])", r"\1 do not "),
        (r"\bI(?:['’]d| would) like\b", "I would not like"),
        (r"\bI (?=(?:want|need|like|love|think|know|have)\b)", "I do not "),
        (rf"(?<=[a-z] ){NO_QUESTION}({BE})\b(?! no\b| ?n['’]t)", r"\1 not"),
        (
            r"^(?=(?:cancel|send|ship|refund|give|make|change|update|track|deliver|call)\b)",
            "do not ",
        ),
    ),
    "zh": (
        (r"(?:(?<![^，。！？；\s])|^)请(?![问不您你教假])", "请不要"),
        (r"(?<!不)帮我", "不要帮我"),
        (r"(?<![不是没])(?=(?:喜欢|需要|可以)(?!不))", "不"),
        (r"(?<=我)(?=[要想])", "不"),
        (
            r"(?<![不是可总但还就于要凡或正只都无若如算便老真其别即倒硬])是(?![不否谁哪怎几]|什么|多少|为什么)",
            "不是",
        ),
    ),
}


def negation(text: str, given: Given) -> Changed | None:
    """Return the text without its first "not", or, where it has none, with one.

    For tests of direction: the answer must not stay what it was. See `Perturbation`.
    """
    for rules in (REMOVE.get(given.lang, ()), INSERT.get(given.lang, ())):
        for pattern, put in rules:
            made = re.sub(pattern, put, text, count=1, flags=re.IGNORECASE)
            if made != text:
                return Changed(_like(text, made))
    return None


def _like(text: str, made: str) -> str:
    """Return `made` with a capital where `text` begins with one."""
    if not text[0].isupper():
        return made
    first = made[0].upper() + made[1:]
    return re.sub(r"^Do not [A-Z]", lambda match: match[0][:-1] + match[0][-1].lower(), first)
