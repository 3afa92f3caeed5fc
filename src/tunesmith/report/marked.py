"""Two texts with what differs between them marked, for the eye and for a screen reader."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import accumulate, groupby

from markupsafe import Markup

from tunesmith.report.words import LONGEST_TEXT, beyond, shortened

HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
TOKEN = re.compile(rf"[{HAN}]|[^\W{HAN}]+|\s+|.", re.DOTALL)  # a Chinese character, a word, a mark
ALIKE = 0.3  # below it the marks would cover both texts and say nothing
MOST_PAIRS = 250_000  # tokens of one text times those of the other; more take too long
INS = Markup('<ins><span class="sr">[only here] </span>{}<span class="sr"> [end]</span></ins>')
DEL = Markup('<del><span class="sr">[missing] </span>{}<span class="sr"> [end]</span></del>')


def marked(reference: str, answer: str, most: int = LONGEST_TEXT) -> tuple[Markup, Markup]:
    """Return both texts, escaped: `del` is what the answer lacks, `ins` what only the answer has.

    English is compared by words, Chinese by characters. Texts that share less than 30 % of their
    words, or are long (some 250 English words or 500 Chinese characters each), come without marks.
    What is compared is whole; of each text `most` characters are shown.
    """
    ours, theirs = TOKEN.findall(reference), TOKEN.findall(answer)
    plain = Markup.escape(shortened(reference, most)), Markup.escape(shortened(answer, most))
    if len(ours) * len(theirs) > MOST_PAIRS:
        return plain
    codes = SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    shared = sum(_words(ours[code[1] : code[2]]) for code in codes if code[0] == "equal")
    if 2 * shared < ALIKE * (_words(ours) + _words(theirs)):
        return plain
    changed = [code for code in codes if code[0] != "equal"]
    return (
        _spans(ours, [(start, end) for _, start, end, _, _ in changed], DEL, most)
        + beyond(reference, most),
        _spans(theirs, [(start, end) for _, _, _, start, end in changed], INS, most)
        + beyond(answer, most),
    )


def _words(tokens: Sequence[str]) -> int:
    """Return how many tokens are more than a space; spaces make no texts alike."""
    return sum(not token.isspace() for token in tokens)


def _spans(
    tokens: Sequence[str], changed: Sequence[tuple[int, int]], mark: Markup, most: int
) -> Markup:
    """Return the first characters of tokens as text in which the changed ranges are marked."""
    flags = [False] * len(tokens)
    for start, end in changed:
        flags[start:end] = [True] * (end - start)
    for place in range(1, len(tokens) - 1):  # a space between two changes belongs to them
        if tokens[place].isspace() and flags[place - 1] and flags[place + 1]:
            flags[place] = True
    starts = accumulate(map(len, tokens), initial=0)
    shown = [token[: max(most - start, 0)] for token, start in zip(tokens, starts, strict=False)]
    parts = groupby(zip(shown, flags, strict=True), key=lambda pair: pair[1])
    texts = [(flag, "".join(token for token, _ in part)) for flag, part in parts]
    return Markup().join(
        mark.format(text) if flag else Markup.escape(text) for flag, text in texts if text
    )
