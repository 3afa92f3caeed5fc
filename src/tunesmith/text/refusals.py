"""Answers that decline instead of answering, in English and Chinese."""

import re

OPENING_CHARS = 200  # a refusal comes first; further on an answer may speak of AI
AS_AI = re.compile(
    r"(?<![a-z])as an? (?:large )?(?:ai|artificial intelligence)?[ -]?"
    r"(?:language model|(?<=ai )assistant|(?<=ai )model)(?![a-z])[^.!?]{0,80}"
    r"(?<![a-z])(?:i|can ?not|can't|unable|do not|don't)(?![a-z])"
    r"|(?<![a-z])i(?:'m| am) (?:just )?(?:an ai|a large language model|a language model)(?![a-z])"
    r"|(?<![a-z])i(?:'m| am) sorry,? (?:but )?(?:i )?(?:can ?not|can't|am unable to|am not able to)"
    r"(?: help| assist| fulfill| comply| provide| answer)"
    r"|作为一[个名款]?(?:大型)?(?:人工智能|ai)?(?:语言模型|(?<=能)助手|(?<=ai)助手|程序)"
    r"|我(?:只)?是一[个名款]?(?:大型)?(?:人工智能|ai|语言模型)"
    r"|(?:抱歉|对不起)[,，]?\s?我(?:不能|无法)(?:回答|提供|协助|帮助|满足|完成)",
)
MARKS = (  # a text without any is not searched
    "model",
    "assistant",
    " ai",
    "sorry",
    "助手",
    "程序",
    "人工智能",
    "模型",
    "抱歉",
    "对不起",
    "一个ai",
    "一名ai",
    "是ai",
)
DECLINES = re.compile(
    r"(?<![a-z])as an? (?:ai|artificial intelligence|language)[ -](?:language )?(?:model|assistant)"
    r"|(?<![a-z])i(?:'m| am) (?:very |so )?sorry,? (?:but )?(?:i )?"
    r"(?:can ?not|can't|am unable|am not able|won't|don't)"
    r"|(?<![a-z])i (?:can ?not|can't|am unable to|am not able to|won't be able to|must decline to) "
    r"(?:help|assist|answer|provide|comply|fulfil+|discuss|give|share|support)"
    r"|(?<![a-z])i(?:'m| am) only an? (?:ai|(?:large )?language model)(?![a-z])"
    r"|作为一?[个名款]?(?:大型)?(?:人工智能|ai|语言模型)"
    r"|(?:抱歉|对不起|不好意思)[,，。]?\s?(?:但)?我?(?:不能|无法|没有办法|没办法)"
    r"|我(?:不能|无法)(?:回答|提供|协助|帮助|满足|完成|讨论)"
)


def refuses_as_ai(text: str) -> bool:
    """Whether a text opens with "As an AI language model, I can't" or 作为一个语言模型."""
    opening = _opening(text)
    return any(mark in opening for mark in MARKS) and AS_AI.search(opening) is not None


def refuses(text: str) -> bool:
    """Whether a text opens with any refusal: as an AI, "I can't help", 我无法回答 and so on."""
    return refuses_as_ai(text) or DECLINES.search(_opening(text)) is not None


def _opening(text: str) -> str:
    """Return how a text begins, in small letters and plain apostrophes."""
    return text.lstrip()[:OPENING_CHARS].replace("’", "'").lower()
