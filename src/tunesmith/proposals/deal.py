"""Deals the quota of each slice to the makers; what one cannot fill the next one does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from tunesmith.proposals.guard import TWICE, Guard
from tunesmith.proposals.line import Proposal
from tunesmith.proposals.maker import Bench, Candidate, Maker
from tunesmith.proposals.membership import Membership
from tunesmith.proposals.target import EVERYWHERE, Target
from tunesmith.proposals.turns import in_turn

UNMATCHED = Target(EVERYWHERE, "no weak slice that it belongs to", Membership(), [], {}, 0)


@dataclass
class Dealer:
    """Asks makers in their order, slice after slice, and holds what was taken."""

    makers: Sequence[Maker]
    bench: Bench
    guard: Guard
    taken: list[Proposal] = field(default_factory=list)

    def run(self, targets: Sequence[Target]) -> list[Proposal]:
        """Return the proposals for all slices, sorted as they are written."""
        left = 0
        for place, target in enumerate(targets):
            more = target._replace(quota=target.quota + left)
            unfilled = self._fill(more, place)
            left = unfilled if target.is_scarce else 0
        for maker in self._beyond():
            self._all(maker, UNMATCHED, len(targets))
        return sorted(self.taken, key=lambda one: one.order)

    def _fill(self, target: Target, place: int) -> int:
        """Take the rows of one slice: each maker's share in turn, then spares in the same order.

        Returns:
            How many of the quota could not be filled.
        """
        for maker in self._beyond():
            self._all(maker, target, place)
        within = [maker for maker in self.makers if not maker.beyond_quota]
        left, spares, has_more = target.quota, dict[int, list[Candidate]](), dict[int, int]()
        for number, maker in enumerate(within):
            parts = sum(one.share for one in within[number:])
            share = ceil(left * maker.share / parts) if parts else 0
            if share:
                found = self._made(maker, target, share)
                count, spares[number] = self._take(maker, found, share, target, place)
                left -= count
                if count == share:
                    has_more[number] = count
        for number, maker in enumerate(within):
            if left:
                rest = spares[number] if number in spares else self._made(maker, target, left)
                if number in has_more and len(rest) < left:
                    rest = self._made(maker, target, has_more[number] + left)
                left -= self._take(maker, rest, left, target, place)[0]
        return left

    def _beyond(self) -> list[Maker]:
        """Return the makers whose rows all count, whatever the quota."""
        return [maker for maker in self.makers if maker.beyond_quota]

    def _all(self, maker: Maker, target: Target, place: int) -> None:
        """Take all rows of a maker that belong to the slice."""
        found = self._made(maker, target, 0)
        self._take(maker, found, len(found), target, place)

    def _made(self, maker: Maker, target: Target, wanted: int) -> list[Candidate]:
        """Return what a maker has for a slice and the guards let through."""
        made = maker(target, self.bench, wanted)
        self.guard.count(maker.kind, made.refused)
        passed = self.guard.passed(maker.kind, made.candidates, maker.is_fresh)
        return in_turn(passed, lambda one: one.row["lang"], target.langs)

    def _take(
        self, maker: Maker, found: list[Candidate], most: int, target: Target, place: int
    ) -> tuple[int, list[Candidate]]:
        """Take the first of the candidates that nobody has; return how many, and the others."""
        count = 0
        for number, one in enumerate(found):
            if count >= most:
                return count, found[number:]
            if self.guard.take(one):
                order = (place, list(self.makers).index(maker))
                self.taken.append(Proposal(one, target, maker.kind, order))
                count += 1
            else:
                self.guard.count(maker.kind, {TWICE: 1})
        return count, []
