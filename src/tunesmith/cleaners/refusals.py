"""Flags or drops rows in which the assistant speaks of itself as an AI instead of answering."""

import re
from typing import Literal

from tunesmith.cleaners.base import RowCleaner, Verdict, answers_of
from tunesmith.rows import Row

OPENING_CHARS = 200  # a refusal comes first; further on an answer may speak of AI
REFUSAL = re.compile(
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
MARKS = (
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


class Refusals(RowCleaner):
    """Flag rows whose answer opens with "As an AI language model" or `作为一个人工智能`.

    Some refusals are wanted, so `drop` has to be asked for. Of a preference only the chosen
    answer counts.
    """

    kind: Literal["refusals"] = "refusals"
    action: Literal["flag", "drop"] = "flag"

    def judge(self, row: Row) -> Verdict | None:
        """Flag or drop one row."""
        opening = answers_of(row)[0].lstrip()[:OPENING_CHARS].replace("’", "'").lower()
        if row["task"] == "text" or not any(mark in opening for mark in MARKS):
            return None
        if not REFUSAL.search(opening):
            return None
        return Verdict(self.action, "answer refuses as an AI")
