"""Roles: a conversation that chat templates and trainers can take."""

from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tunesmith.expectations.check import RowCheck, Values
from tunesmith.expectations.columns import lengths, mapped, turns
from tunesmith.expectations.evidence import Evidence
from tunesmith.rows import PROMPT

LETTERS = {"system": "s", "user": "u", "assistant": "a", "tool": "t"}
PATTERN = r"^s?(?:u(?:at+)*a)+$"
NO_ROLES = ("text", "classification")


class RolesAlternate(RowCheck):
    """At most one system message first, then user and assistant in turn, the assistant last.

    Results of tools may stand between two assistant turns. Rows of the tasks text and
    classification have no roles and are not checked; of task prompt the answer is yet to come.
    """

    kind: Literal["roles_alternate"] = "roles_alternate"

    @property
    def column(self) -> str:
        """See `Check`."""
        return "roles"

    def values(self, evidence: Evidence) -> Values:
        """Return one letter a message, `sua`; any other role is `?`."""
        return evidence.by_batch(roles)

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToMatchRegex

        return ExpectColumnValuesToMatchRegex(column=self.column, regex=PATTERN, mostly=self.mostly)

    def reason(self, value: str) -> str:
        """See `Check`."""
        names = {letter: role for role, letter in LETTERS.items()}
        order = ", ".join(names.get(letter, "an unknown role") for letter in value)
        return f"roles are: {order or 'none'}"


def roles(batch: pa.RecordBatch) -> pa.Array:
    """Return the letters of each row's roles; null where the task has no conversation."""
    steps = pc.if_else(pc.greater(lengths(batch["completions"]), 0), "a", "")
    to_come = pc.if_else(pc.equal(batch["task"], PROMPT), "a", "")
    answer = _first("", _letters(batch, "completion"), _letters(batch, "chosen"), steps, to_come)
    halves = pc.binary_join_element_wise(_letters(batch, "prompt"), answer, "")
    found = _first("u", _letters(batch, "messages"), halves)  # a bare text is asked by the user
    no_roles = pc.is_in(batch["task"], pa.array(NO_ROLES))
    return pc.if_else(no_roles, pa.scalar(None, pa.string()), found)


def _letters(batch: pa.RecordBatch, column: str) -> pa.Array:
    """Return the letters of a column's messages, an empty text where there are none."""
    said = turns(batch, column)
    letters = mapped(said.role, lambda role: LETTERS.get(role or "", "?"))
    ends = np.concatenate([[0], np.cumsum(said.counts)]).astype(np.int32)
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(ends), letters), "")


def _first(otherwise: str, *texts: pa.Array) -> pa.Array:
    """Return, for each row, the first of several texts that is not empty."""
    return pc.coalesce(*(pc.if_else(pc.equal(t, ""), None, t) for t in texts), otherwise)
