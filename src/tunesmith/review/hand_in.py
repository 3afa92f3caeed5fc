"""Takes a sheet back: every line is checked before the first decision is written."""

from collections.abc import Mapping
from pathlib import Path

from tunesmith.errors import UserError
from tunesmith.review.decision import Decision, Decisions
from tunesmith.review.proposal import Proposal
from tunesmith.review.sheet import decided, sheet_line, state_of
from tunesmith.review.sheet_file import read_sheet, write_sheet


def hand_out(path: Path, proposals: Mapping[str, Proposal], decisions: Decisions) -> int:
    """Write every proposal as a line of a sheet and return how many.

    Raises:
        UserError: the file is there, or its name says neither CSV nor JSON Lines.
    """
    newest = decisions.newest
    write_sheet(
        path, [sheet_line(one, newest.get(key, (None,))[0]) for key, one in proposals.items()]
    )
    return len(proposals)


def hand_in(
    path: Path, proposals: Mapping[str, Proposal], decisions: Decisions, by: str | None
) -> list[Decision]:
    """Return the decisions of a sheet; a line that nobody wrote into makes none.

    Raises:
        UserError: a line is none, names a proposal twice or one that is no longer there, or the
            proposal was decided on elsewhere meanwhile; names file and line.
    """
    newest = decisions.newest
    found, places = [], dict[str, str]()
    for where, cells in read_sheet(path):
        key = cells["id"].strip()
        if key in places:
            raise UserError(f"{where}: {key} is at {places[key]} already")
        places[key] = where
        if key not in proposals:
            if state_of(cells) == cells["state"]:
                continue
            raise UserError(f"{where}: no proposal {key!r}; write another file, and decide there")
        decision = decided(cells, proposals[key], newest.get(key, (None,))[0], where, by)
        found += [decision] if decision else []
    return found
