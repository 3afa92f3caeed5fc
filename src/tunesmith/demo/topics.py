"""What a support topic is: the ways to ask, the one right answer, and the slots both share."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """One intent in one language; texts hold slots such as `{order}` (names: `world.draw_facts`).

    `slots` are the entities a question names: their combination is never shared by a train and a
    test row. `unseen` phrasings are kept out of train. `opening`, `ask` and `detail` tell the
    same question in two turns: the customer, the shop asking back, the customer again.
    """

    slots: tuple[str, ...]
    answer: str
    seen: tuple[str, ...]
    unseen: tuple[str, ...]
    opening: str
    ask: str
    detail: str
