"""The rows of a round: what was accepted, less what repeats a held-out row or an earlier lesson."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tunesmith.rows import Row, row_id
from tunesmith.text.leaks import leaks

REPEATS_HELD_OUT = "repeats_held_out_row"
IN_EARLIER_ROUND, ALREADY_THERE, TWICE = "in_an_earlier_round", "already_there", "proposed_twice"
OVER = "beyond_rows_per_round"


class Lesson(NamedTuple):
    """What a round adds.

    Attributes:
        rows: as `data/feedback` has them, in the order of the proposals.
        added: slice → maker → rows.
        refused: reason → rows that were accepted and yet are not taken.
        contents: a hash of each row.
        targets: the slices that the rows are for, in order.
    """

    rows: list[Row]
    added: dict[str, dict[str, int]]
    refused: dict[str, int]
    contents: tuple[str, ...]
    targets: tuple[str, ...]


def lesson(
    accepted: Sequence[Row],
    held_out: Sequence[Row],
    train: Iterable[Row],
    earlier: Iterable[str],
    most: int | None,
    similarity: float,
    seed: int,
) -> Lesson:
    """Return what may be learnt of the accepted rows.

    Args:
        accepted: rows with their `proposal`.
        held_out: validation, test and out-of-distribution rows: none of them may be learnt.
        train: the rows that are learnt already; a row that replaces one may be like it.
        earlier: the `contents` of all earlier rounds, kept or not.
        most: rows at most.
        similarity: of a near-duplicate.
        seed: of the search for those.
    """
    twins = {leak.left for leak in leaks(accepted, held_out, similarity, seed)}
    known, tried, own = {content(row) for row in train}, set(earlier), set[str]()
    refused: Counter[str] = Counter()
    taken: list[Row] = []
    for place, row in enumerate(accepted):
        key = content(row)
        why = _why_not(key, row, place in twins, known, tried, own)
        if why is None and most is not None and len(taken) >= most:
            why = OVER
        if why is None:
            own.add(key)
            taken.append(row)
        else:
            refused[why] += 1
    return Lesson(
        [_plain(row) for row in taken],
        _counted(taken),
        dict(sorted(refused.items())),
        tuple(content(row) for row in taken),
        tuple(dict.fromkeys(row["proposal"]["slice"] for row in taken)),
    )


def content(row: Row) -> str:
    """Return a hash of what a row teaches, and of what it takes the place of."""
    return row_id(str(row.get("replaces") or ""), row)


def _why_not(
    key: str, row: Row, is_twin: bool, known: set[str], tried: set[str], own: set[str]
) -> str | None:
    """Return why a row is not taken."""
    if is_twin:
        return REPEATS_HELD_OUT
    if key in own:
        return TWICE
    if key in tried:
        return IN_EARLIER_ROUND
    return ALREADY_THERE if key in known and not row.get("replaces") else None


def _plain(row: Row) -> Row:
    """Return a row as a round of feedback holds it; the ledger counts who proposed it."""
    kept: dict[str, Any] = {
        name: cell
        for name, cell in row.items()
        if name not in ("proposal", "id", "split", "op") and cell is not None
    }
    return kept


def _counted(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """Return slice → maker → rows."""
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        said = row["proposal"]
        own = counts.setdefault(said["slice"], {})
        own[said["maker"]] = own.get(said["maker"], 0) + 1
    return counts
