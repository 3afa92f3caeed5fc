"""Tells whether a text negates something, in English and Chinese."""

import re

ENGLISH = re.compile(
    r"(?<![a-z])(?:not|no|nor|never|none|nothing|nobody|nowhere|neither|without|cannot"
    r"|(?:do|does|did|is|are|was|were|ca|could|wo|would|should|has|have|had|ai|need)n['’]?t"
    r"|(?:do|does|did|is|are|was|were|ca|could|wo|would|should|has|have|had|ai|need) n['’]t)"
    r"(?![a-z])"
)
QUESTION = re.compile(r"(.{1,2})[不没](?:\1)|有没有|(.)不(?:\2)")  # 是不是, 可不可以: they ask
NO_NEGATION = re.compile(  # words that hold the sign and negate nothing
    r"不错|不过|不但|不仅|不管|不论|不久|不断|不同|不锈|不等式|不动产|不妨|不由|不禁|差不多|对不起"
    r"|不好意思|不得了|了不起|没收|没落|没准|[淹沉埋吞出]没|无线|无论|无锡|无花果|无限|无数|无疑|南无"
    r"|未来|未免|未婚|[特分区级性类告个鉴识差派离辨国]别|别人|别的|别墅|别致|别名|别样|别克|莫非|莫名"
    r"|莫斯科|[^并绝而决]非|^非"
)
CHINESE = re.compile(r"[不没無无未别勿莫]|[并绝而决]非")


def negates(text: str) -> bool:
    """Whether a text holds a negation: not, n't, never, 不, 没, 别 and their like.

    Chinese is judged by its characters: questions of the kind 是不是 and words such as 不错, 特别
    or 未来 do not count; rarer words of that kind do.
    """
    if ENGLISH.search(text.lower()):
        return True
    if text.isascii() or not CHINESE.search(text):
        return False
    return CHINESE.search(NO_NEGATION.sub(" ", QUESTION.sub(" ", text))) is not None
