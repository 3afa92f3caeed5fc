"""Punctuation: none at the end, twice as much, or the marks of the other keyboard."""

import re

from tunesmith.behaviour.perturbations.free import free, spliced
from tunesmith.behaviour.perturbations.given import Changed, Given

END = re.compile(r"[.!?。！？]+\s*$")
MARK_WIDE = re.compile("[，。？！：；（）]")
MARK_NARROW = re.compile(r"(?<![\x21-\x7e])[,?!:;()]|[,?!:;()](?![\x21-\x7e])")
WIDE = str.maketrans(",?!:;()", "，？！：；（）")
NARROW = str.maketrans("，。？！：；（）", ",.?!:;()")


def punctuation(text: str, given: Given) -> Changed | None:
    """Return the text with other punctuation; see `Perturbation`.

    Only the end changes in English; in Chinese all marks may become ASCII, or those of ASCII wide,
    but not inside of numbers and addresses.

    Source: "punctuation" of CheckList, https://aclanthology.org/2020.acl-main.442, which adds or
    strips a full stop; the rest is ours.
    """
    made = _at_the_end(text, given)
    if given.lang == "zh":
        made.append(_each(MARK_WIDE, NARROW, text, given))
        made.append(_each(MARK_NARROW, WIDE, text, given))
    made = [one for one in dict.fromkeys(made) if one.strip() and one != text]
    return Changed(made[given.rng.integers(len(made))]) if made else None


def _at_the_end(text: str, given: Given) -> list[str]:
    """Return the text with a full stop, or without its last marks and, in English, with twice."""
    end = END.search(text)
    if end is None:
        return [text + ("。" if given.lang == "zh" else ".")]
    if not list(free([end], text, given.keep, stays=None)):
        return []
    bare = text[: end.start()]
    return [bare] if given.lang == "zh" else [bare, text[: end.end()].rstrip() + end[0].strip()]


def _each(pattern: re.Pattern[str], other: dict[int, int], text: str, given: Given) -> str:
    """Return the text with each mark that may change in its other width."""
    found = free(pattern.finditer(text), text, given.keep, stays=None)
    return spliced(text, [(match.span(), match[0].translate(other)) for match in found])
