"""Takes rows of several languages in turn, so that no language is grown at another's cost."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")
FEWEST = 0.01  # share of a language that no failure has


def in_turn(
    items: Sequence[T], lang_of: Callable[[T], str | None], shares: Mapping[str, float]
) -> list[T]:
    """Return the items so that each beginning has the languages' shares, as long as there are any.

    Within a language the order stays.

    Args:
        items: the best first.
        lang_of: language of an item.
        shares: of the languages among the failures.
    """
    queues: dict[str, deque[T]] = defaultdict(deque)
    for item in items:
        queues[lang_of(item) or "und"].append(item)
    taken = dict.fromkeys(queues, 0)
    ordered = []
    while queues:
        lang = min(
            queues, key=lambda one: ((taken[one] + 1) / max(shares.get(one, 0.0), FEWEST), one)
        )
        taken[lang] += 1
        ordered.append(queues[lang].popleft())
        if not queues[lang]:
            del queues[lang]
    return ordered
