"""Punctuation: none at the end, twice as much, or the marks of the other keyboard."""

import re

from tunesmith.behaviour.perturbations.given import Changed, Given

END = re.compile(r"[.!?。！？]+\s*$")
WIDE = str.maketrans(",?!:;()", "，？！：；（）")
NARROW = str.maketrans("，。？！：；（）", ",.?!:;()")


def punctuation(text: str, given: Given) -> Changed | None:
    """Return the text with other punctuation; see `Perturbation`.

    Only the end changes in English; in Chinese all marks may become ASCII, or those of ASCII wide.
    """
    end = END.search(text)
    made = (
        [text[: end.start()], text[: end.end()].rstrip() + end[0].strip()] if end else [text + "."]
    )
    if given.lang == "zh":
        made = [text[: end.start()] if end else f"{text}。", text.translate(NARROW)]
        made.append(_wide(text))
    made = [one for one in dict.fromkeys(made) if one.strip() and one != text]
    return Changed(made[given.rng.integers(len(made))]) if made else None


def _wide(text: str) -> str:
    """Return ASCII marks as wide ones, but not inside of numbers and addresses."""
    return re.sub(
        r"(?<![\x21-\x7e])[,?!:;()]|[,?!:;()](?![\x21-\x7e])", lambda m: m[0].translate(WIDE), text
    )
