"""What a person said of proposals: one line a decision, lines are only added, the last counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, model_validator

from tunesmith.component import Component
from tunesmith.human.rating import ANNOTATOR, COMMENT_CHARS
from tunesmith.local_page.lines import parsed, read_lines
from tunesmith.review.proposal import ID
from tunesmith.rows import CONTENT

Word: TypeAlias = Literal["accept", "edit", "reject", "open"]
EDITABLE = (*CONTENT, "lang", "licence", "group", "meta", "weight")


class Decision(Component):
    """One line of the file."""

    proposal: Annotated[str, Field(pattern=ID)]
    decision: Word  # open: what was said before is taken back
    edits: dict[str, Any] = Field(default_factory=dict)  # column → what it holds now
    note: Annotated[str, Field(max_length=COMMENT_CHARS)] = ""
    reviewer: Annotated[str, Field(pattern=f"^{ANNOTATOR.pattern}$")] | None = None

    @model_validator(mode="after")
    def _edits_belong_to_an_edit(self) -> "Decision":
        """Refuse an edit that changes nothing, and changes that would not be heard."""
        unknown = sorted(set(self.edits) - set(EDITABLE))
        if unknown:
            raise ValueError(f"edits: no {', '.join(unknown)}; known: {', '.join(EDITABLE)}")
        if (self.decision == "edit") != bool(self.edits):
            raise ValueError('edits go with decision "edit", and it with them')
        return self


@dataclass(frozen=True)
class Decisions:
    """Every decision of a file in its order.

    Attributes:
        lines: as they were written.
        path: of the file; its line `n` is `lines[n - 1]`.
        torn: bytes of a last line that a crash tore; it decides nothing.
    """

    lines: Sequence[Decision]
    path: Path
    torn: int = 0

    @property
    def newest(self) -> dict[str, tuple[Decision, str]]:
        """The decision that counts about each proposal and its file:line; none once reopened."""
        last = {
            one.proposal: (one, f"{self.path}:{number}")
            for number, one in enumerate(self.lines, start=1)
        }
        return {key: found for key, found in last.items() if found[0].decision != "open"}


def read_decisions(path: Path) -> Decisions:
    """Return the decisions of a file; one that is not there holds none.

    Raises:
        UserError: a line is no decision; names file and line.
    """
    found = read_lines(path, decision_of)
    return Decisions(found.said, path, len(found.torn))


def decision_of(line: bytes, where: str) -> Decision:
    """Return the decision of one line."""
    return parsed(Decision, line, where, "decision")
