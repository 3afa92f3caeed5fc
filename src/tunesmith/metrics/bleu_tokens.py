"""The tokens of sacrebleu's 13a and zh, of a whole column at once, which is ten times faster."""

import re
from functools import lru_cache

from tunesmith.metrics.columns import separator, side_of
from tunesmith.metrics.overlap import Side

COLUMNS = 2  # that stay split: the references and one model's
ASCII = [chr(code) for code in range(0x21, 0x7F)]
ENTITIES = (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"))
UNTYPED = (("<skipped>", ""), ("-\n", ""), ("\n", " "), *ENTITIES)  # what 13a takes for markup


@lru_cache(maxsize=COLUMNS)
def bleu_tokens(texts: tuple[str, ...], tokenizers: tuple[str, ...]) -> Side:
    """Return the tokens of every text, each by the tokenizer that is named for it (13a or zh).

    Texts are joined by a word that none of them holds, split as one and parted again.
    """
    between = separator("".join(texts))
    split = [""] * len(texts)
    for name, spaced in (("13a", _spaced_13a), ("zh", _spaced_zh)):
        rows = [row for row, own in enumerate(tokenizers) if own == name]
        done = spaced([texts[row].rstrip() for row in rows], between)
        for row, text in zip(rows, done, strict=True):
            split[row] = text
    return side_of(f" {between} ".join([*split, ""]).split(), between)


def _spaced_13a(texts: list[str], between: str) -> list[str]:
    """Return texts with space between the tokens of mteval-v13a."""
    joined = between.join(f" {text} " for text in texts)
    for markup, plain in UNTYPED:
        joined = joined.replace(markup, plain)
    return _spaced(joined).split(between) if texts else []


def _spaced_zh(texts: list[str], between: str) -> list[str]:
    """Return texts with space between the tokens of sacrebleu's zh.

    Every Chinese character is set apart. The rules for the rest look at the neighbours of dots
    and commas; a text with one at either end has no neighbour there, and goes alone.
    """
    apart = _characters_apart(between.join(text.strip() for text in texts)).split(between)
    alone = [text[:1] in ".," or text[-1:] in ".," for text in apart]
    others = between.join(text for text, one in zip(apart, alone, strict=True) if not one)
    done = iter(_spaced(others).split(between))
    pairs = zip(apart, alone, strict=True)
    return [_spaced(text) if one else next(done) for text, one in pairs] if texts else []


def _characters_apart(text: str) -> str:
    """Put space on both sides of what sacrebleu takes for a Chinese character."""
    from sacrebleu.tokenizers.tokenizer_zh import TokenizerZh

    chinese = [char for char in sorted(set(text)) if TokenizerZh._is_chinese_char(char)]
    return "\t".join(re.split(f"([{''.join(chinese)}])", text)) if chinese else text


def _spaced(text: str) -> str:
    """Put space between tokens by sacrebleu's rules, the first of which sets marks apart."""
    from sacrebleu.tokenizers.tokenizer_re import TokenizerRegexp

    (marks, _), *rules = TokenizerRegexp()._re
    for mark in filter(marks.fullmatch, ASCII):
        text = text.replace(mark, f" {mark} ")
    for pattern, template in rules:
        text = _substituted(pattern, template, text)
    return text


def _substituted(pattern: re.Pattern[str], template: str, text: str) -> str:
    """Return `pattern.sub(template, text)` for two groups; Python 3.11 expands templates slowly."""
    before, between, after = re.split(r"\\[12]", template)
    parts = pattern.split(text)
    parts[1::3] = [f"{before}{one}{between}" for one in parts[1::3]]
    parts[2::3] = [f"{two}{after}" for two in parts[2::3]]
    return "".join(parts)
