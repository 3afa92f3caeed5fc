"""What everybody at the page is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from tunesmith.human.comparison import Comparison


@dataclass(frozen=True)
class Task:
    """What everybody is asked: the comparisons, the criteria, and the seed of all orders."""

    comparisons: Sequence[Comparison]
    criteria: tuple[str, ...]
    seed: int

    @property
    def identical(self) -> int:
        """How many comparisons nobody is asked about: both answers are the same."""
        return sum(one.identical for one in self.comparisons)
