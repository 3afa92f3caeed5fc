"""What kind of error each wrong answer is: the first that fits, from the plainest on."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tunesmith.rows import to_rows
from tunesmith.text.formats import breaks_format
from tunesmith.text.names import is_code, names
from tunesmith.text.normalise import folded, squeezed
from tunesmith.text.numbers import numbers
from tunesmith.text.refusals import refuses
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
    "refusal": (
        "Declines to answer",
        "Drop train rows that decline (cleaner refusals), or add answers to such questions.",
    ),
    "wrong_language": (
        "Wrong language",
        "Add rows in the language that is missed, and none whose answer changes language.",
    ),
    "copied_prompt": (
        "Repeats the question",
        "Mask the prompt's loss, and drop train rows whose answer repeats the question.",
    ),
    "format_broken": (
        "Format broken",
        "Add rows in this format, and check that packing or max_length cuts none of their ends.",
    ),
    "wrong_number": (
        "Wrong number",
        "Add rows with other numbers in the same sentences, so that they are copied, not recalled.",
    ),
    "wrong_entity": (
        "Wrong name or code",
        "Add rows with other names in the same sentences, so that they are copied, not recalled.",
    ),
    "wording": (
        "Other words, numbers and names right",
        "Read some: a good answer needs another reference, or a metric that accepts it.",
    ),
    "other": (
        "Other answer",
        "Add train rows near these questions (stage propose looks for such).",
    ),
}
REMEDY = {  # kinds of action; all others: add_data
    "empty": "stop_token",
    "endless": "stop_token",
    "copied_prompt": "format",
    "format_broken": "format",
    "wording": "read",
}
COPIED = 0.8  # similarity with the question
NEAR = 0.5  # similarity with the reference, from which on only the wording differs
SHORT_CHARS = 8


def error_types(cases: "pd.DataFrame") -> list[str]:
    """Return the kind of error of every case, or "right"."""
    return [_kind(case) if case["wrong"] else "right" for case in to_rows(cases)]


def count_error_types(
    kinds: list[str], langs: list[str], scores: Iterable[float]
) -> list[dict[str, Any]]:
    """Return count, mean score, share of the wrong rows, languages and action of each kind."""
    sums: dict[str, float] = defaultdict(float)
    for kind, score in zip(kinds, scores, strict=True):
        sums[kind] += score
    counts = Counter(kind for kind in kinds if kind != "right")
    by_lang = Counter(zip(kinds, langs, strict=True))
    return [
        {
            "kind": kind,
            "title": KINDS[kind][0],
            "count": count,
            "mean": sums[kind] / count,
            "share": count / counts.total(),
            "langs": {lang: by_lang[kind, lang] for lang in sorted(set(langs))},
            "action": KINDS[kind][1],
            "action_kind": REMEDY.get(kind, "add_data"),
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
    if refuses(answer) and not refuses(reference):
        return "refusal"
    if _other_language(answer, reference):
        return "wrong_language"
    if _copies(answer, case["prompt"], reference):
        return "copied_prompt"
    return _kind_of_content(answer, reference)


def _kind_of_content(answer: str, reference: str) -> str:
    """Return the kind of an answer that is one, but not the right one."""
    if breaks_format(answer, reference):
        return "format_broken"
    missing = Counter(numbers(reference)) - Counter(numbers(answer))
    if any(not is_code(one) for one in missing):
        return "wrong_number"
    near = _similarity(answer, reference) >= NEAR
    if missing or _other_name(answer, reference, near):
        return "wrong_entity"
    return "wording" if near else "other"


def _other_name(answer: str, reference: str, near: bool) -> bool:
    """True when a name of the reference is missing and the answer says the same or names another.

    An answer to something else altogether lacks the names too, but that is not what is wrong.
    """
    plain = answer.lower()
    missing = any(name not in plain for name in names(reference))
    return missing and (near or any(name not in reference.lower() for name in names(answer)))


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
