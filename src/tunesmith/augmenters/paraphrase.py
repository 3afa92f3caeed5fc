"""Paraphrase: asks a language model, at an address or on this machine, to say it in other words."""

import re
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from tunesmith.augmenters.augmenter import Asked, Augmenter, Change
from tunesmith.augmenters.facts import names
from tunesmith.augmenters.tools import ModelHere, Tools
from tunesmith.endpoints.endpoint import Endpoint
from tunesmith.endpoints.thoughts import without_thoughts
from tunesmith.rows import Message
from tunesmith.text.numbers import numbers

STYLES = {
    "en": ("in other words", "more briefly", "more politely", "in everyday language", "formally"),
    "zh": ("换一种说法", "说得更简短", "说得更礼貌", "用口语", "用书面语"),
}
TASK = {
    "en": "Rewrite the message between the lines {style}. Keep its meaning and its language. "
    "Do not answer it, add nothing, and write nothing but the rewritten message.{keep}"
    "\n---\n{text}\n---",
    "zh": "请{style}改写两条横线之间的内容。意思和语言不变。"
    "不要回答它，不要添加内容，只写出改写后的文字。"
    "{keep}\n---\n{text}\n---",
}
KEEP = {"en": " Keep exactly as they are: {names}.", "zh": "以下内容原样保留：{names}。"}
LEAD = re.compile(
    r"\A(?:(?:sure|certainly|of course|好的)[,.!，。！]?\s*)?"
    r"(?:here(?:'s| is)[^:\n]{0,60}|rewritten[^:\n]{0,30}|改写(?:后|结果|如下)[^：:\n]{0,10})"
    r"[:：]\s*",
    re.IGNORECASE,
)
QUOTES = (('"', '"'), ("“", "”"), ("「", "」"), ("---", "---"))


class LocalModel(ModelHere):
    """A chat model that runs on this machine; it answers greedily, so its replies repeat."""

    kind: Literal["local"] = "local"


class Paraphrase(Augmenter):
    """Ask for each text in one of five manners; names and numbers are named as to be kept."""

    kind: Literal["paraphrase"] = "paraphrase"
    through: Annotated[Endpoint | LocalModel, Field(discriminator="kind")]
    min_similarity: float | None = 0.3  # a good paraphrase shares few words
    max_similarity: float | None = 0.98

    def changes(self, asked: Sequence[Asked], tools: Tools) -> list[Change]:
        """See `Augmenter`."""
        requests = [request_of(one, self.protect) for one in asked]
        seeds = [int(one.rng.integers(2**31)) for one in asked]
        replies = self._replies(requests, seeds, tools)
        return [
            Change(bare(reply), "no_reply") if reply is not None else Change(None, "no_reply")
            for reply in replies
        ]

    def _replies(
        self, requests: list[list[Message]], seeds: list[int], tools: Tools
    ) -> list[str | None]:
        """Return the reply to each request, None where there is none; a local model samples not."""
        if isinstance(self.through, Endpoint):
            return self.through.replies(requests, seeds, tools.replies)
        return tools.write(self.through, requests)


def request_of(asked: Asked, protect: Sequence[str]) -> list[Message]:
    """Return what the model is asked, in the language of the text."""
    lang = "zh" if asked.lang == "zh" else "en"
    inside = [phrase for phrase in protect if phrase.casefold() in asked.text.casefold()]
    kept = list(dict.fromkeys([*names(asked.text), *inside, *numbers(asked.text)]))
    style = STYLES[lang][asked.rng.integers(len(STYLES[lang]))]
    keep = KEEP[lang].format(names=", ".join(kept)) if kept else ""
    text = TASK[lang].format(style=style, keep=keep, text=asked.text)
    return [{"role": "user", "content": text}]


def bare(reply: str) -> str | None:
    """Return the rewritten text without thoughts, an introduction and quotes around it."""
    text = LEAD.sub("", without_thoughts(reply)).strip()
    for left, right in QUOTES:
        if text.startswith(left) and text.endswith(right) and len(text) > len(left + right):
            text = text[len(left) : -len(right)].strip()
    return text or None
