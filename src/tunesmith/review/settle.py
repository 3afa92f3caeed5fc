"""Brings proposals and decisions together: what goes into the next round, waits, or is refused."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from tunesmith.errors import UserError
from tunesmith.review.decision import Decision, Decisions
from tunesmith.review.edits import edited
from tunesmith.review.proposal import Proposal
from tunesmith.rows import Row

RULE = "rule"  # what decided where nobody was asked


class Settled(NamedTuple):
    """Rows in the order of the proposals, as the file of proposals has them, edits laid on them.

    Attributes:
        accepted: ready to be promoted; `proposal.decision` is accept, edit or rule.
        open: nobody has decided, and no rule may.
        rejected: `proposal.note` says why, if a person did.
        unknown: ids that were decided on and are no longer proposed; kept, and of no effect.
    """

    accepted: list[Row]
    open: list[Row]
    rejected: list[Row]
    unknown: list[str]

    @property
    def edited(self) -> int:
        """How many of the accepted rows a person changed."""
        return sum(row["proposal"]["decision"] == "edit" for row in self.accepted)

    def summary(self) -> str:
        """Return the counts as one line."""
        counts = (
            f"{len(self.accepted)} accepted ({self.edited} edited), "
            f"{len(self.rejected)} rejected, {len(self.open)} open"
        )
        gone = f"; {len(self.unknown)} decided earlier and no longer proposed"
        return counts + (gone if self.unknown else "")


def settle(proposals: Iterable[Proposal], decisions: Decisions, by_rule: bool) -> Settled:
    """Return what becomes of each proposal.

    What a person said counts, whatever the rule.

    Args:
        proposals: of the round.
        decisions: of people, the last one about a proposal counts.
        by_rule: True accepts what nobody decided on and needs nobody (`needs` is null).

    Raises:
        UserError: a row was accepted that is no row yet, such as one without an answer; names
            the line of the decision.
    """
    newest, proposals = decisions.newest, list(proposals)
    unknown = sorted(set(newest) - {one.id for one in proposals})
    settled = Settled([], [], [], unknown)
    for one in proposals:
        decision, where = newest.get(one.id, (None, ""))
        if decision is not None:
            _sort_in(settled, one, decision, where)
        elif by_rule and one.origin.needs is None:
            settled.accepted.append(_with_origin(one.row, one, decision=RULE))
        else:
            settled.open.append(_with_origin(one.row, one))
    return settled


def _sort_in(settled: Settled, one: Proposal, decision: Decision, where: str) -> None:
    """Put a proposal where a person's decision wants it."""
    said = {
        "decision": decision.decision,
        **({"note": decision.note} if decision.note else {}),
        **({"reviewer": decision.reviewer} if decision.reviewer else {}),
    }
    if decision.decision == "reject":
        settled.rejected.append(_with_origin(one.row, one, **said))
    else:
        row = decided_row(one, decision, where)
        settled.accepted.append(_with_origin(row, one, **said))


def decided_row(one: Proposal, decision: Decision, where: str) -> Row:
    """Return the row that an accept or an edit lets in.

    Raises:
        UserError: it is not ready for a round; begins with `where`.
    """
    try:
        return edited(one.row, decision.edits, where)
    except UserError as error:
        raise UserError(f"{error} (proposal {one.id}, {decision.decision})") from None


def _with_origin(row: Row, one: Proposal, **said: Any) -> Row:
    """Return a row with its proposal attached, and what was said of it."""
    return {**row, "proposal": {**one.origin.model_dump(mode="json"), **said}}
