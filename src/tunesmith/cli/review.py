"""`tunesmith review`: a person decides on the rows that are proposed for the next round."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tunesmith.errors import UserError

if TYPE_CHECKING:
    from tunesmith.review.desk import Desk

PROPOSALS = Path("data/proposals/candidates.jsonl")
DECISIONS = Path("data/reviews/decisions.jsonl")
WRITTEN = Path("data/written/rows.jsonl")
TRAIN = (Path("data/train/train.parquet"), Path("data/splits/train.parquet"))


def run_review(
    root: Path,
    file: Path | None,
    read: Path | None,
    approve_all: bool,
    by: str | None,
    port: int,
    tell: Callable[[str], None],
) -> None:
    """Write or read a sheet, accept everything, or serve the page; the counts come last.

    Raises:
        UserError: nothing is proposed, a file is broken, or two things are asked at once.
    """
    from tunesmith.review.desk import Desk
    from tunesmith.review.parents import read_parents
    from tunesmith.review.proposal import read_proposals
    from tunesmith.review.serve import serve

    if sum(map(bool, (file, read, approve_all))) > 1:
        raise UserError("review: one of --file, --read and --approve-all")
    proposals = read_proposals(root / PROPOSALS)
    asked = file or read or approve_all
    parents = {} if asked else read_parents([root / one for one in TRAIN], proposals)
    desk = Desk(proposals, parents, root / DECISIONS, root / WRITTEN, _checked_name(by))
    if not asked:
        serve(desk, port, root, tell)
        return
    tell(_by_sheet(desk, file, read) if file or read else _accepted(desk))
    tell(desk.summary())


def _checked_name(by: str | None) -> str | None:
    """Return a name that decisions can hold."""
    from tunesmith.human.rating import ANNOTATOR

    if by is not None and not ANNOTATOR.fullmatch(by):
        raise UserError(f"--by {by!r}: small letters, digits, Chinese characters, - and _")
    return by


def _by_sheet(desk: "Desk", file: Path | None, read: Path | None) -> str:
    """Write a sheet or take one back, and say how much."""
    from tunesmith.review.hand_in import hand_in, hand_out

    if file:
        count = hand_out(file, desk.proposals, desk.decisions())
        return f"{file}: {count} rows; `tunesmith review --read {file}` takes it back"
    assert read, "one of the two was given"
    found = hand_in(read, desk.proposals, desk.decisions(), desk.reviewer)
    desk.apply(found)
    return f"{read}: {len(found)} decisions, now in {DECISIONS}"


def _accepted(desk: "Desk") -> str:
    """Accept what is open and say how much."""
    ready, lacking = desk.accept_all()
    more = f"; {lacking} lack an answer and stay open" if lacking else ""
    return f"{ready} rows accepted{more}"
