"""Which of the two a round changes, the data or the training, and why."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tunesmith.improve.ledger import Action, Round
from tunesmith.improve.lesson import Lesson
from tunesmith.improve.moves import Move, untried


class Choice(NamedTuple):
    """What the round changes; `action` is None where there is nothing left to try."""

    action: Action | None
    why: str
    move: Move | None = None


def choose(
    rounds: Sequence[Round], found: Lesson, waiting: int, moves: Iterator[Move] | None
) -> Choice:
    """Return what the next round does.

    What the training itself shows to be wrong goes first: rows that are added to a training that
    diverges or ends early prove nothing. Then rows, unless the last round tried rows and they did
    not help; then other dials are tried, and after them further rows.

    Args:
        rounds: all so far.
        found: the rows that may be learnt.
        waiting: rows that only a person can let in.
        moves: of dials, the surest first; None where they are not to be changed.
    """
    move = untried(moves, [one.dials for one in rounds if one.dials]) if moves else None
    if move is not None and move.is_called_for:
        return Choice("technique", f"{move.why}: {move.name}", move)
    last = rounds[-1] if rounds else None
    rows_failed = last is not None and last.action == "data" and not last.kept
    if found.rows and not (rows_failed and move):
        return Choice("data", f"{len(found.rows)} rows for {', '.join(found.targets)}")
    if move is not None:
        before = "rows did not help in the last round" if rows_failed else "no row is left to add"
        return Choice("technique", f"{before}; {move.why}: {move.name}", move)
    return Choice(None, _nothing(waiting))


def _nothing(waiting: int) -> str:
    """Return why there is nothing to try."""
    if waiting:
        return (
            f"{waiting} proposed rows wait for a person (`tunesmith review`); nothing else to add"
        )
    return "no candidates: no row is left to add, and no dial to turn that was not tried"
