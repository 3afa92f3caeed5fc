"""Clean support rows: questions filled with entities that no other row shares."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from tunesmith.demo import chinese, english
from tunesmith.demo.topics import Topic
from tunesmith.demo.world import WORLDS, Facts, Lang, draw_facts

Message = dict[str, str]
TOPICS: Mapping[Lang, Mapping[str, Topic]] = {"en": english.TOPICS, "zh": chinese.TOPICS}
TWO_TURN_SHARE = 0.1


@dataclass(frozen=True)
class Row:
    """One conversation: `turns` alternate customer and shop, `answer` is the shop's last turn."""

    turns: tuple[str, ...]
    answer: str
    intent: str
    lang: Lang
    phrasing: str = "seen"

    @property
    def question(self) -> str:
        """The customer's last turn."""
        return self.turns[-1]

    def asking(self, question: str) -> "Row":
        """The same row with another last customer turn."""
        return replace(self, turns=(*self.turns[:-1], question))

    def prompt(self) -> list[Message]:
        """The turns before the answer, as messages."""
        roles = ("user", "assistant")
        return [{"role": roles[i % 2], "content": turn} for i, turn in enumerate(self.turns)]

    def completion(self) -> list[Message]:
        """The answer, as messages."""
        return [{"role": "assistant", "content": self.answer}]


class RowMaker:
    """Draws rows of one language; an entity combination (or order number) is used only once."""

    def __init__(self, lang: Lang, rng: np.random.Generator) -> None:
        self.lang = lang
        self.rng = rng
        self._used: set[tuple[str, ...]] = set()

    def fresh(
        self, intent: str, phrasing: str = "seen", two_turn_share: float = TWO_TURN_SHARE
    ) -> Row:
        """Draw a row of `intent` in a "seen" or "unseen" phrasing.

        A share `two_turn_share` of the seen ones takes two turns.
        """
        topic = TOPICS[self.lang][intent]
        facts = self.facts(intent)
        if phrasing == "seen" and self.rng.random() < two_turn_share:
            turns: tuple[str, ...] = (topic.opening, topic.ask, topic.detail.format(**facts))
        else:
            texts = topic.unseen if phrasing == "unseen" else topic.seen
            turns = (self.pick(texts).format(**facts),)
        return Row(turns, topic.answer.format(**facts), intent, self.lang, phrasing)

    def many(
        self, count: int, phrasing: str = "seen", two_turn_share: float = TWO_TURN_SHARE
    ) -> list[Row]:
        """Draw `count` rows, the intents in turn; see `fresh`."""
        names = list(TOPICS[self.lang])
        return [self.fresh(names[i % len(names)], phrasing, two_turn_share) for i in range(count)]

    def facts(self, intent: str) -> Facts:
        """Draw facts whose combination of slots was never drawn before."""
        slots = TOPICS[self.lang][intent].slots
        while True:
            facts = draw_facts(WORLDS[self.lang], self.rng)
            key = ("order", facts["order"]) if "order" in slots else _key(intent, slots, facts)
            if key not in self._used:
                self._used.add(key)
                return facts

    def pick(self, texts: tuple[str, ...]) -> str:
        """Pick one of `texts`."""
        return texts[int(self.rng.integers(len(texts)))]


def _key(intent: str, slots: tuple[str, ...], facts: Facts) -> tuple[str, ...]:
    return (intent, *(facts[slot] for slot in slots))
