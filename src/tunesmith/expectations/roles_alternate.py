"""Roles: a conversation that chat templates and trainers can take."""

from typing import Any, Literal

from tunesmith.expectations.check import RowCheck
from tunesmith.expectations.evidence import Evidence
from tunesmith.rows import Row, conversation

LETTERS = {"system": "s", "user": "u", "assistant": "a", "tool": "t"}
PATTERN = r"^s?(?:u(?:at+)*a)+$"


class RolesAlternate(RowCheck):
    """At most one system message first, then user and assistant in turn, the assistant last.

    Results of tools may stand between two assistant turns. Rows of the tasks text and
    classification have no roles and are not checked.
    """

    kind: Literal["roles_alternate"] = "roles_alternate"

    @property
    def column(self) -> str:
        """See `Check`."""
        return "roles"

    def values(self, evidence: Evidence) -> list[str | None]:
        """Return one letter a message, `sua`; any other role is `?`."""
        return [roles(row) for row in evidence.rows]

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToMatchRegex

        return ExpectColumnValuesToMatchRegex(column=self.column, regex=PATTERN, mostly=self.mostly)

    def reason(self, value: str) -> str:
        """See `Check`."""
        names = {letter: role for role, letter in LETTERS.items()}
        order = ", ".join(names.get(letter, "an unknown role") for letter in value)
        return f"roles are: {order or 'none'}"


def roles(row: Row) -> str | None:
    """Return the letters of a row's roles; None where the task has no conversation."""
    if row["task"] in {"text", "classification"}:
        return None
    return "".join(LETTERS.get(turn["role"], "?") for turn in conversation(row))
