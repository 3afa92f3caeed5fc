"""Answers that decline instead of answering, in English and Chinese."""

import re

OPENING_CHARS = 200  # a refusal comes first
REFUSAL = re.compile(
    r"(?<![a-z])as an? (?:large )?(?:ai|artificial intelligence|language)[ -](?:language )?"
    r"(?:model|assistant)"
    r"|(?<![a-z])i(?:'m| am) (?:just |only )?an? (?:ai|(?:large )?language model)(?![a-z])"
    r"|(?<![a-z])i(?:'m| am) (?:very |so )?sorry,? (?:but )?(?:i )?"
    r"(?:can ?not|can't|am unable|am not able|won't|don't)"
    r"|(?<![a-z])i (?:can ?not|can't|am unable to|am not able to|won't be able to|must decline to) "
    r"(?:help|assist|answer|provide|comply|fulfil+|discuss|give|share|support)"
    r"|作为一?[个名款]?(?:大型)?(?:人工智能|ai|语言模型)"
    r"|我(?:只)?是一[个名款]?(?:大型)?(?:人工智能|ai|语言模型)"
    r"|(?:抱歉|对不起|不好意思)[,，。]?\s?(?:但)?我?(?:不能|无法|没有办法|没办法)"
    r"|我(?:不能|无法)(?:回答|提供|协助|帮助|满足|完成|讨论)"
)


def refuses(text: str) -> bool:
    """Whether a text opens with "I'm sorry, but I can't", "As an AI", 抱歉，我无法 or the like."""
    return REFUSAL.search(text.lstrip()[:OPENING_CHARS].replace("’", "'").lower()) is not None
