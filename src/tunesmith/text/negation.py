"""What negates, in English and Chinese: one list for slices, guards and the tell of duplicates."""

import re

AUXILIARIES = (
    *("do", "does", "did", "is", "are", "was", "were", "ca", "could", "wo", "would", "should"),
    *("has", "have", "had", "ai", "need"),
)
ENGLISH = frozenset(
    [
        *("not", "n't", "no", "nor", "never", "none", "nothing", "nobody", "nowhere", "neither"),
        *("without", "cannot"),
        *(f"{word}nt" for word in AUXILIARIES),  # dont, cant: the apostrophe is often left out
    ]
)
SIGNS = frozenset("不没無无未非别勿莫")
LIMITS = frozenset(  # they leave some of it, and a text without them says another thing
    ["hardly", "barely", "unless", "except", "否认", "除了", "除非"]
)
QUESTION = re.compile(r"(.{1,2})[不没](?:\1)|有没有|(.)不(?:\2)")  # 是不是, 可不可以: they ask
NO_NEGATION = re.compile(  # words that hold a sign and negate nothing
    r"不错|没错|不过|不但|不仅|不管|不论|不久|不断|不同|不锈|不等式|不动产|不妨|不由|不禁|差不多"
    r"|对不起|不好意思|不得了|了不起|没收|没落|没准|[淹沉埋吞出]没|无线|无论|无锡|无花果|无限|无穷"
    r"|无数|无疑|无非|南无|未来|未免|未婚|[特分区级性类告个鉴识差派离辨国]别|别人|别的|别墅|别致|别名"
    r"|别样|别克|莫非|莫名|莫斯科|莫过于|除非|[东西南北是若]非|非[常洲凡法典遗得要礼盟]"
)
WORDS = re.compile(rf"(?<![a-z])(?:{'|'.join(sorted(ENGLISH))}|[a-z]*n['’]t)(?![a-z])")
HAN = re.compile(f"[{''.join(sorted(SIGNS))}]")
LIMIT = re.compile(
    rf"(?<![a-z])(?:{'|'.join(sorted(one for one in LIMITS if one.isascii()))})(?![a-z])"
    f"|{'|'.join(sorted(one for one in LIMITS if not one.isascii()))}"
)


def negates(text: str) -> bool:
    """Whether a text holds a negation: not, n't, never, 不, 没, 别 and their like.

    Chinese is judged by its characters: questions of the kind 是不是 and words such as 不错, 特别
    or 未来 do not count; rarer words of that kind do.
    """
    if WORDS.search(text.lower()):
        return True
    return not text.isascii() and bool(HAN.search(text)) and bool(HAN.search(_plain(text)))


def negations(text: str) -> int:
    """Count what negates a text or limits it (unless, hardly, 除非): a rewrite must keep each."""
    folded = text.lower()
    return sum(
        len(pattern.findall(where))
        for pattern, where in ((WORDS, folded), (LIMIT, folded), (HAN, _plain(text)))
    )


def is_negator(word: str) -> bool:
    """Whether a single word negates or limits; a single Chinese character has no words around."""
    plain = word.lower().replace("’", "'")
    if plain in ENGLISH or plain in SIGNS or plain in LIMITS or plain.endswith("n't"):
        return True
    return not plain.isascii() and len(plain) > 1 and negates(plain)


def _plain(text: str) -> str:
    """Return a text without the questions and words that only look negative."""
    return NO_NEGATION.sub(" ", QUESTION.sub(" ", text))
