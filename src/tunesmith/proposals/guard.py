"""What no proposal may do: repeat a held-out row, a train row, an earlier round or another one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tunesmith.proposals.maker import Candidate
from tunesmith.rows import Row, row_id
from tunesmith.text.leaks import Leak, leaks

HELD_OUT = "repeats_held_out_row"
TRAIN, NEAR_TRAIN = "repeats_train_row", "near_train_row"
EARLIER, TWICE = "repeats_earlier_round", "proposed_twice"


@dataclass
class Guard:
    """Remembers what was let through, and counts what was not.

    Attributes:
        held_out: validation, test and out-of-distribution rows.
        train: what the candidate was trained on.
        earlier: the rows of all earlier rounds.
        similarity: of a near-duplicate.
        seed: of the search for those.
        refusals: maker → reason → rows.
        named: of those that repeat a held-out row, the two.
    """

    held_out: list[Row]
    train: list[Row]
    earlier: list[Row]
    similarity: float
    seed: int
    refusals: dict[str, Counter[str]] = field(default_factory=dict)
    named: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._train = {row_id("", row) for row in self.train}
        self._earlier = {row_id("", row) for row in self.earlier}
        self._taken: set[str] = set()

    def passed(
        self, maker: str, candidates: Sequence[Candidate], is_fresh: bool
    ) -> list[Candidate]:
        """Return the candidates that nothing speaks against, in their order."""
        rows = [one.row for one in candidates]
        held = {leak.left: leak.right for leak in self._leaks(rows, self.held_out)}
        near = {leak.left for leak in self._leaks(rows, self.train)} if is_fresh else set()
        said = {leak.left for leak in self._leaks(rows, self.earlier)} if is_fresh else set()
        kept = []
        for place, one in enumerate(candidates):
            why = self._why_not(one, place in held, place in near, place in said)
            if why == HELD_OUT:
                self._name(maker, one.row, self.held_out[held[place]])
            if why is None:
                kept.append(one)
            else:
                self.count(maker, {why: 1})
        return kept

    def take(self, one: Candidate) -> bool:
        """Note that a candidate is proposed; False, and counted by no one, if another is it."""
        keys = _keys(one)
        if keys & self._taken:
            return False
        self._taken |= keys
        return True

    def count(self, maker: str, reasons: Mapping[str, int]) -> None:
        """Add to what a maker's rows were refused for."""
        own = self.refusals.setdefault(maker, Counter())
        own.update(reasons)

    def _why_not(self, one: Candidate, held: bool, near: bool, said: bool) -> str | None:
        """Return why a candidate may not be proposed."""
        content = row_id("", one.row)
        if held:
            return HELD_OUT
        if one.replaces is None and content in self._train:
            return TRAIN
        if one.replaces is None and (said or content in self._earlier):
            return EARLIER
        return NEAR_TRAIN if near else None

    def _leaks(self, rows: list[Row], others: list[Row]) -> list[Leak]:
        """Return which rows repeat which of the others."""
        return leaks(rows, others, self.similarity, self.seed)

    def _name(self, maker: str, row: Row, other: Row) -> None:
        """Write down a row that repeats a held-out one."""
        about = {"source": row["source"], "repeats": other["source"], "split": other["split"]}
        said = {"maker": maker, **{key: str(cell) for key, cell in about.items()}}
        if said not in self.named:
            self.named.append(said)


def _keys(one: Candidate) -> set[str]:
    """Return what two proposals may not share: what they say, and what they replace."""
    if one.replaces is not None:
        return {f"replaces:{one.replaces}"}
    return {row_id("", one.row)}
