"""The tokens of sacrebleu's 13a and zh, of a whole column at once, which is ten times faster."""

import re
from collections.abc import Sequence
from functools import lru_cache
from string import digits, punctuation
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunesmith.metrics.columns import (
    ALONE,
    WORD,
    Characters,
    characters,
    chunks,
    counts,
    runs,
    together,
)
from tunesmith.metrics.overlap import Side

COLUMNS = 2  # that stay split: the references and one model's
MARK, DASH, DIGIT, CHINESE = (1 << bit for bit in range(4, 8))  # what else a character can be
MARKS, APART = ".,", frozenset(punctuation) - frozenset("',-.")
MARKUP = (  # as 13a takes it off
    *(("<skipped>", ""), ("-\n", ""), ("\n", " ")),
    *(("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")),
)
SEVERAL = re.compile("[.,]{2}")
DONE = "done"  # in place of a tokenizer: white space parts the tokens


@lru_cache(maxsize=COLUMNS)
def bleu_tokens(texts: tuple[str, ...], tokenizers: tuple[str, ...]) -> Side:
    """Return the tokens of every text, each by the tokenizer that is named for it (13a or zh).

    The rules look at the neighbours of each character. Where dots and commas follow each other,
    a rule looks at what an earlier one left: those texts are left to sacrebleu itself.
    """
    pairs = zip(texts, tokenizers, strict=True)
    plain, names = zip(*(_prepared(text.rstrip(), name) for text, name in pairs), strict=True)
    sides, start = [], 0
    for some, between in chunks(plain):
        sides.append(_split(some, names[start : start + len(some)], between))
        start += len(some)
    return together(sides)


def _prepared(text: str, name: str) -> tuple[str, str]:
    """Return what the rules read of a text, and whose rules."""
    plain = _without_markup(text) if name == "13a" else text.strip()
    if SEVERAL.search(plain):
        return _tokenizer(name).__call__.__wrapped__(_tokenizer(name), text), DONE
    return plain, name


def _without_markup(text: str) -> str:
    """Return a text as 13a reads it."""
    for markup, plain in MARKUP:
        text = text.replace(markup, plain)
    return text


@lru_cache
def _tokenizer(name: str) -> Any:
    """Return sacrebleu's own tokenizer."""
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a
    from sacrebleu.tokenizers.tokenizer_zh import TokenizerZh

    return {"13a": Tokenizer13a, "zh": TokenizerZh}[name]()


def _split(texts: Sequence[str], names: Sequence[str], between: str) -> Side:
    """Return the tokens of some texts, which `between` joins."""
    read = characters("".join(text + between for text in texts), between, _bits)
    sizes = [len(text) + 1 for text in texts]
    zh, done = (np.repeat([name == own for name in names], sizes) for own in ("zh", DONE))
    alone = _alone(read, zh) & ~done
    symbols, starts = runs(read.numbers, (read.bits & WORD > 0) & ~alone, alone)
    return Side(counts(starts, read.joints), symbols)


def _alone(read: Characters, zh: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Mark the characters that are tokens by themselves.

    A dot or comma is one unless digits or nothing stand on both sides; nothing is the end of a
    text by zh, for 13a reads a space there. A dash is one behind a digit.
    """
    digit = read.bits & DIGIT > 0
    behind, before = (
        np.roll(digit, step) | (np.roll(read.joints, step) & zh) for step in (1, -1)
    )  # the first has the last joint behind it
    alone = (read.bits & ALONE > 0) | ((read.bits & CHINESE > 0) & zh)
    alone |= (read.bits & MARK > 0) & ~(behind & before)
    alone[1:] |= (read.bits[1:] & DASH > 0) & digit[:-1]
    return alone


@lru_cache(maxsize=1 << 16)
def _bits(char: str) -> int:
    """Return what a character can be."""
    if char.isspace():
        return 0
    kind = ALONE if char in APART else MARK if char in MARKS else DASH if char == "-" else 0
    chinese = CHINESE if _tokenizer("zh")._is_chinese_char(char) else 0
    return WORD | kind | chinese | (DIGIT if char in digits else 0)
