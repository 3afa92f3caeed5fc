"""A seeded set of short texts, half English and half Chinese, with copies and near misses."""

from typing import NamedTuple

import numpy as np

COPIES, NEGATIVES = 0.30, 0.10
PARTICLES = "的了吗呢吧"
KINDS = ("exact", "format", "slip", "added", "courtesy")
ENGLISH = "Flight FM {} from {} to {} departs at gate {}, is there a seat for {} on it today?"
CHINESE = "请查询从{1}到{2}的航班{0}，登机口是{3}，{4}今天还能不能买到这个航班的机票呢？"
VERDICTS = (
    ("The film about {0} by {1} was good and worth the {2} hours that it took",
     "The film about {0} by {1} was not good and worth the {2} hours that it took"),
    ("这部由{0}主演、讲述{1}的电影好看，值得花上{2}个小时去影院里面观看",
     "这部由{0}主演、讲述{1}的电影不好看，值得花上{2}个小时去影院里面观看"),
)  # fmt: skip


class DuplicateRows(NamedTuple):
    """Texts; of each the row that it copies (-1: none) and what was done to it."""

    texts: list[str]
    copy_of: list[int]
    kinds: list[str]


def make(rows: int, seed: int = 0) -> DuplicateRows:
    """Return `rows` texts: 30 % edited copies, 10 % template rows that differ in a fact."""
    rng = np.random.default_rng(seed)
    words, names = _english_words(rng), _chinese_words(rng)
    negatives, copies = int(rows * NEGATIVES), int(rows * COPIES)
    texts: list[str] = []
    kinds: list[str] = []
    for k in range(rows - negatives - copies):
        texts.append(_base(rng, words, names, k % 2 == 0))
        kinds.append("base")
    copy_of = [-1] * len(texts)
    for home, kind in zip(
        rng.choice(len(texts), copies, replace=False), rng.integers(0, 5, copies), strict=True
    ):
        copy_of.append(int(home))
        kinds.append(KINDS[kind])
        texts.append(_edited(rng, texts[home], KINDS[kind], words, names, home % 2 == 0))
    while len(texts) < rows:
        made, kind = _template_rows(rng, words, names)
        texts += made
        kinds += [kind] * len(made)
        copy_of += [-1] * len(made)
    return DuplicateRows(texts[:rows], copy_of[:rows], kinds[:rows])


def _english_words(rng: np.random.Generator) -> list[str]:
    """Return 8,000 words of one to four syllables."""
    syllables = [a + b + c for a in "bcdfglmnprstv" for b in "aeiou" for c in ("", "n", "r", "s")]
    return ["".join(rng.choice(syllables, size)) for size in rng.integers(1, 5, 8000)]


def _chinese_words(rng: np.random.Generator) -> list[str]:
    """Return 8,000 words of two characters, none of them a numeral, negation or particle."""
    taboo = (
        "零一二两三四五六七八九十百千万亿半不没无未非别勿莫否的地得了着过吗呢吧啊呀嘛么哦您你请急"
    )
    chars = [chr(code) for code in range(0x4E00, 0x4E00 + 3000) if chr(code) not in taboo]
    return ["".join(rng.choice(chars, 2)) for _ in range(8000)]


def _zipf(rng: np.random.Generator, words: list[str], size: int) -> list[str]:
    """Draw words as language does: few are frequent."""
    places = (len(words) ** rng.random(size)).astype(int) - 1
    return [words[place] for place in places]


def _base(rng: np.random.Generator, words: list[str], names: list[str], english: bool) -> str:
    """Return a text of about 83 characters."""
    if english:
        return " ".join(_zipf(rng, words, int(rng.integers(8, 22)))).capitalize() + "."
    return "，".join("".join(_zipf(rng, names, 6)) for _ in range(int(rng.integers(4, 9)))) + "。"


def _edited(
    rng: np.random.Generator,
    text: str,
    kind: str,
    words: list[str],
    names: list[str],
    english: bool,
) -> str:
    """Return a copy that says the same."""
    at = int(rng.integers(1, len(text) - 1))
    if kind == "format":
        return text.upper().replace(" ", "  ") + "!!" if english else f" {text} ".replace("，", ",")
    if kind == "slip":
        return _slip(rng, text) if english else text[:at] + PARTICLES[at % 5] + text[at:]
    if kind == "added":
        new = _zipf(rng, words if english else names, 1)[0]
        return f"{text[:-1]} {new}." if english else f"{text[:-1]}{new}。"
    if kind == "courtesy":
        return f"Hello, {text} thanks" if english else f"您好，{text}谢谢"
    return text


def _slip(rng: np.random.Generator, text: str) -> str:
    """Return the text with two inner letters swapped in one of its longer words."""
    parts = text.split(" ")
    long = [k for k, word in enumerate(parts) if len(word) > 6]
    if not long:
        return text + "!"
    k = int(rng.choice(long))
    at = int(rng.integers(2, 4))
    word = parts[k]
    parts[k] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(parts)


def _template_rows(
    rng: np.random.Generator, words: list[str], names: list[str]
) -> tuple[list[str], str]:
    """Return rows of one template that differ in a number or name, or in a negation."""
    english = bool(rng.integers(2))
    pool = words if english else names
    fills = [pool[k] for k in rng.integers(0, len(pool), 4)]
    if rng.random() < 0.2:
        hours = int(rng.integers(10**6))
        return [form.format(*fills[:2], hours) for form in VERDICTS[1 - english]], "negated"
    number = int(rng.integers(1000, 9_999_999))
    pattern = ENGLISH if english else CHINESE
    return [
        pattern.format(number, fills[0], fills[1], 7, fills[2]),
        pattern.format(number + 1, fills[0], fills[1], 7, fills[2]),
        pattern.format(number, fills[0], fills[1], 7, fills[3]),
    ], "template"
