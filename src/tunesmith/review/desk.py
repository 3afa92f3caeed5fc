"""The work at the page: what is proposed, what was said of it, and what a person wrote."""

import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeAlias

from tunesmith.local_page.journal import Journal
from tunesmith.local_page.server import ConflictError, RefusedError
from tunesmith.review.decision import Decision, Decisions, decision_of, read_decisions
from tunesmith.review.edits import changes, edited
from tunesmith.review.messages import NewRow, Wish
from tunesmith.review.parents import earlier_id
from tunesmith.review.proposal import Proposal
from tunesmith.review.settle import Settled, settle
from tunesmith.review.view import SHOWN, blocks, facts, form
from tunesmith.review.written import add_row, new_row, read_written
from tunesmith.rows import Row

State: TypeAlias = dict[str, Any]
COMMAND = "tunesmith review"


class Desk:
    """Proposals and the two files that a person's work goes to.

    The files are read anew for every request and opened only to add a line, so that several
    pages, a spreadsheet and a `git pull` go together.

    Attributes:
        proposals: by id, in the order in which they are shown.
        reviewer: whose name stands in new lines.
    """

    def __init__(
        self,
        proposals: Sequence[Proposal],
        parents: Mapping[str, Row],
        decisions: Path,
        written: Path,
        reviewer: str | None = None,
    ) -> None:
        """Take what is proposed.

        Args:
            proposals: in the order in which they are shown.
            parents: rows that they come from, by id.
            decisions: file of decisions.
            written: file of rows that a person wrote.
            reviewer: whose name stands in new lines.

        Raises:
            UserError: a file is broken, or lets a row in that is none; names file and line.
        """
        self.proposals = {one.id: one for one in proposals}
        self._parents, self.reviewer = parents, reviewer
        self._path, self._written = decisions, written
        self._mutex = threading.Lock()
        self._compared: dict[str, tuple[Row, list[dict[str, Any]]]] = {}
        self.settled()
        read_written(written)

    def settled(self) -> Settled:
        """Return what becomes of every proposal if nobody says more."""
        return settle(self.proposals.values(), self.decisions(), by_rule=False)

    def decisions(self) -> Decisions:
        """Return what the file of decisions holds now."""
        return read_decisions(self._path)

    def summary(self) -> str:
        """Return the counts as one line."""
        return f"{self.settled().summary()}; {len(read_written(self._written))} rows written"

    def state(self) -> State:
        """Return everything that the page shows."""
        decisions = self.decisions()
        rows = [*(one.row for one in self.proposals.values()), *self._parents.values()]
        return {
            "items": [self._shown(one, decisions) for one in self.proposals.values()],
            "labels": sorted(
                {
                    row["label"]
                    for row in rows
                    if row["task"] == "classification" and row.get("label")
                }
            ),
            "reviewer": self.reviewer,
            **self._counts(),
        }

    def decide(self, wish: Wish) -> State:
        """Write a decision down and return its item; the same sent again counts once.

        Raises:
            ConflictError: another window has decided on it meanwhile.
            RefusedError: no such proposal.
            UserError: the row is not ready for a round, or the file is broken.
            OSError: it could not be written, and is not.
        """
        one = self.proposals.get(wish.proposal)
        if one is None:
            raise RefusedError(f"no proposal {wish.proposal}")
        with self._mutex:
            about = self._about(wish.proposal)
            decision = self._decision(one, wish, about)
            if not (len(about) == wish.known + 1 and about[-1] == decision):  # else: sent again
                if len(about) != wish.known:
                    raise ConflictError
                self._add([decision])
            return {"item": self._shown(one, self.decisions()), **self._counts()}

    def write(self, new: NewRow) -> State:
        """Write down a row that a person made; the same again counts once.

        Raises:
            UserError: it is not ready for a round, or the file is broken.
            OSError: it could not be written, and is not.
        """
        row = new_row(new.row, new.slice, self.reviewer)
        with self._mutex:
            added = add_row(self._written, row)
            return {"added": added, **self._counts()}

    def accept_all(self) -> tuple[int, int]:
        """Accept what is open; return how many rows, and how many still lack an answer."""
        ready, lacking = [], 0
        for row in self.settled().open:
            if row["proposal"]["needs"] == "answer":
                lacking += 1
            else:
                ready.append(self._said(row["proposal"]["id"], "accept"))
        self._add(ready)
        return len(ready), lacking

    def apply(self, decisions: Sequence[Decision]) -> None:
        """Write down decisions that were checked already."""
        self._add(decisions)

    def _add(self, decisions: Sequence[Decision]) -> None:
        """Add lines to the file."""
        if decisions:
            with closing(Journal(self._path, decision_of, COMMAND)) as journal:
                for one in decisions:
                    journal.add(one)

    def _about(self, proposal: str) -> list[Decision]:
        """Return every line about a proposal."""
        lines = self.decisions().lines
        return [one for one in lines if one.proposal == proposal]

    def _decision(self, one: Proposal, wish: Wish, about: Sequence[Decision]) -> Decision:
        """Return the line for a wish of the page; to accept an edited row keeps the edits."""
        last = about[-1] if about else None
        edits: dict[str, Any] = {}
        if wish.decision == "edit":
            edits = _edits(one, wish)
        elif wish.decision == "accept" and last is not None:
            edits = last.edits
        if wish.decision in ("accept", "edit"):
            edited(one.row, edits, "this row")
        word = {"edit": "accept", "accept": "accept"}.get(wish.decision, wish.decision)
        return self._said(one.id, "edit" if edits else word, edits=edits, note=wish.note.strip())

    def _said(self, proposal: str, decision: str, **more: Any) -> Decision:
        """Return a line in the reviewer's name."""
        said = {"proposal": proposal, "decision": decision, **more}
        return Decision.model_validate({**said, "reviewer": self.reviewer})

    def _shown(self, one: Proposal, decisions: Decisions) -> State:
        """Return a proposal as the page takes it."""
        lines = [line for line in decisions.lines if line.proposal == one.id]
        last = lines[-1] if lines and lines[-1].decision != "open" else None
        row = {**one.row, **(last.edits if last else {})}
        before = self._parents.get(earlier_id(one) or "")
        return {
            **one.origin.model_dump(include={"id", "slice", "reason", "maker", "score", "needs"}),
            "task": row["task"],
            "lang": row.get("lang"),
            "images": len(row.get("images") or ()),
            "blocks": self._beside(one.id, row, before),
            "earlier": ("replaces" if one.row.get("replaces") else "parent") if before else None,
            "form": form(row),
            "facts": facts(row),
            "known": len(lines),
            "decision": last and last.decision,
            "note": last.note if last else "",
            "by": last and last.reviewer,
        }

    def _beside(self, proposal: str, row: Row, before: Row | None) -> list[dict[str, Any]]:
        """Return a row's texts beside the earlier ones; they are compared once, until edited."""
        seen = self._compared.get(proposal)
        if seen is None or seen[0] != row:
            seen = self._compared[proposal] = (row, blocks(row, before))
        return seen[1]

    def _counts(self) -> State:
        """Return how far the work is, and what was written."""
        found = self.settled()
        return {
            "accepted": len(found.accepted),
            "edited": found.edited,
            "rejected": len(found.rejected),
            "open": len(found.open),
            "total": len(self.proposals),
            "gone": len(found.unknown),
            "written": [
                {"task": row["task"], "slice": row.get("slice"), "blocks": blocks(row, None)}
                for row in read_written(self._written)
            ],
        }


def _edits(one: Proposal, wish: Wish) -> dict[str, Any]:
    """Return what a person changed of a proposed row."""
    unknown = sorted(set(wish.row) - set(SHOWN))
    if unknown:
        raise RefusedError(f"no column {', '.join(unknown)} to edit")
    return changes(one.row, {**one.row, **wish.row})
