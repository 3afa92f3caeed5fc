"""Masks, hashes or drops personal data: mail, phone, id, card, IBAN, SSN, IP address, key."""

import os
from collections import Counter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from tunesmith.cleaners.base import RowCleaner, Verdict, rewritten, whole_text
from tunesmith.errors import UserError
from tunesmith.rows import Row
from tunesmith.text.national_phones import known_region
from tunesmith.text.pii import KINDS, REGIONS, Kind, Phones, find_pii, masked, may_hold_pii

SALT = "TUNESMITH_PII_SALT"
MIN_SALT_CHARS = 16
Region = Annotated[str, AfterValidator(known_region)]


class Pii(RowCleaner):
    """Put `<EMAIL>`, `<PHONE>` … in place of personal data, or drop the row that holds it.

    With `hash` the mark tells equal values from others, `<EMAIL:kdmabplcnf>`; the salt comes from
    the environment and is stored nowhere. `regions` are the countries (`GB`, `DE` …) whose phone
    numbers are found without a country code. The other columns of the source are masked too. What
    was found is written nowhere, only its kinds (the reason) and how many there were (the score).
    """

    kind: Literal["pii"] = "pii"
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = KINDS
    phones: Phones = "valid"
    regions: Annotated[tuple[Region, ...], Field(min_length=1)] = REGIONS
    action: Literal["mask", "hash", "drop"] = "mask"

    def judge(self, row: Row) -> Verdict | None:
        """Rewrite or drop a row that holds personal data.

        Raises:
            UserError: values are to be hashed and the environment has no salt.
        """
        counts: Counter[Kind] = Counter()
        salt = _salt() if self.action == "hash" else None

        def mask(text: str) -> str:
            found = find_pii(text, self.kinds, self.phones, self.regions)
            if not found:
                return text
            counts.update(item.kind for item in found)
            return masked(text, found, salt)

        if not self._may_hold_any(row):
            return None
        changed = rewritten(row, mask)
        if not counts:
            return None
        reason, score = " and ".join(sorted(counts)), float(counts.total())
        if self.action == "drop":
            return Verdict("drop", reason, score)
        return Verdict("rewrite", reason, score, row=changed)

    def _may_hold_any(self, row: Row) -> bool:
        """Rule out most rows at one look; escapes in the other columns could hide something."""
        meta = row["meta"] or ""
        text = f"{whole_text(row)}\n{meta}"
        return "\\" in meta or may_hold_pii(text, self.phones, self.regions)


def _salt() -> bytes:
    """Return the salt that the environment holds; its length is checked, its value never shown."""
    salt = os.environ.get(SALT, "")
    if len(salt) < MIN_SALT_CHARS:
        raise UserError(
            f"params.yaml: clean: pii: action hash needs at least {MIN_SALT_CHARS} characters in "
            f"the environment variable {SALT}; set it, or use action mask"
        )
    return salt.encode()
