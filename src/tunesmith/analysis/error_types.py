"""What kind of error each wrong answer is: the first that fits, from the plainest on."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from tunesmith.rows import to_rows
from tunesmith.text.normalise import folded, squeezed
from tunesmith.text.numbers import numbers
from tunesmith.text.script import script_language

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    "empty": (
        "No answer",
        "Check that the training rows end with the end token once, not begin with it.",
    ),
    "endless": (
        "Does not stop",
        "Train the end token (see the task's mask), or raise predict.max_new_tokens.",
    ),
    "wrong_language": (
        "Wrong language",
        "Add rows in the language that is missed, and none whose answer changes language.",
    ),
    "copied_prompt": (
        "Repeats the question",
        "Mask the prompt's loss, and drop train rows whose answer repeats the question.",
    ),
    "wrong_number": (
        "Wrong number or name code",
        "Add rows with other numbers in the same sentences, so that they are copied, not recalled.",
    ),
    "wording": (
        "Other words, numbers right",
        "Read some: a wrong name needs rows that vary it, a good answer another reference.",
    ),
    "other": (
        "Other answer",
        "Add train rows near these questions (see the proposals).",
    ),
}
COPIED = 0.8  # similarity with the question
NEAR = 0.5  # similarity with the reference, from which on only the wording differs
SHORT_CHARS = 8


def error_types(cases: "pd.DataFrame") -> list[str]:
    """Return the kind of error of every case, or "right"."""
    return [_kind(case) if case["wrong"] else "right" for case in to_rows(cases)]


def count_error_types(kinds: list[str], langs: list[str]) -> list[dict[str, Any]]:
    """Return count, share of all wrong rows, languages and action of each kind that occurs."""
    counts = Counter(kind for kind in kinds if kind != "right")
    by_lang = Counter(zip(kinds, langs, strict=True))
    return [
        {
            "kind": kind,
            "title": KINDS[kind][0],
            "count": count,
            "share": count / counts.total(),
            "langs": {lang: by_lang[kind, lang] for lang in sorted(set(langs))},
            "action": KINDS[kind][1],
        }
        for kind, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def _kind(case: dict[str, Any]) -> str:
    """Return the kind of one wrong answer."""
    answer, reference = case["candidate"], case["reference"]
    if not answer.strip():
        return "empty"
    if not case["finished"]:
        return "endless"
    if _other_language(answer, reference):
        return "wrong_language"
    if _copies(answer, case["prompt"], reference):
        return "copied_prompt"
    if Counter(numbers(reference)) - Counter(numbers(answer)):
        return "wrong_number"
    return "wording" if _similarity(answer, reference) >= NEAR else "other"


def _other_language(answer: str, reference: str) -> bool:
    """True when the answer is in another language than the reference; mixtures are let pass."""
    found, wanted = script_language(answer), script_language(reference)
    return wanted in ("en", "zh") and found in ("en", "zh", "other") and found != wanted


def _copies(answer: str, prompt: str, reference: str) -> bool:
    """True when the answer is a part of the question, or nearly all of it."""
    said, asked = squeezed(answer), squeezed(prompt)
    if said == squeezed(reference) or len(said) < SHORT_CHARS:
        return False
    near = _similarity(answer, prompt)
    return said in asked or (near >= COPIED and near > _similarity(answer, reference))


def _similarity(first: str, second: str) -> float:
    """Return how alike two texts are, 0 to 1."""
    from rapidfuzz.distance import Indel

    return float(Indel.normalized_similarity(folded(first), folded(second)))
