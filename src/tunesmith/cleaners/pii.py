"""Masks or drops rows with personal data: mail, phone, id, card, SSN, IP address, key."""

from collections import Counter
from typing import Annotated, Literal

from pydantic import Field

from tunesmith.cleaners.base import RowCleaner, Verdict, with_texts
from tunesmith.rows import Row
from tunesmith.text.pii import KINDS, Kind, find_pii, masked


class Pii(RowCleaner):
    """Put `<EMAIL>`, `<PHONE>` … in place of personal data, or drop the row that holds it.

    The other columns of the source are masked too. What was found is written nowhere, only its
    kinds (the reason) and how many there were (the score).
    """

    kind: Literal["pii"] = "pii"
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = KINDS
    action: Literal["mask", "drop"] = "mask"

    def judge(self, row: Row) -> Verdict | None:
        """Rewrite or drop a row that holds personal data."""
        counts: Counter[Kind] = Counter()

        def mask(text: str) -> str:
            found = find_pii(text, self.kinds)
            counts.update(item.kind for item in found)
            return masked(text, found)

        changed = with_texts(row, mask, meta=True)
        if changed is None:
            return None
        reason, score = " and ".join(sorted(counts)), float(counts.total())
        if self.action == "drop":
            return Verdict("drop", reason, score)
        return Verdict("rewrite", reason, score, row=changed)
