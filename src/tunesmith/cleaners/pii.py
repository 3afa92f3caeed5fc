"""Masks, hashes or drops personal data: mail, phone, id, card, IBAN, SSN, IP address, key."""

import os
from collections import Counter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from tunesmith.cleaners.base import RowCleaner, TextedRows, Verdict, rewritten
from tunesmith.errors import UserError
from tunesmith.rows import Row, map_json, meta_of, texts_of
from tunesmith.text.national_phones import known_region
from tunesmith.text.pii import KINDS, REGIONS, Found, Kind, Phones, find_pii, masked, may_hold_pii

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

    def suspects(self, rows: TextedRows) -> list[bool]:
        """Return whether a row has the signs of any; escapes in the other columns hide some.

        Raises:
            UserError: values are to be hashed and the environment has no salt.
        """
        if self.action == "hash" and rows:
            _salt()  # whether or not there is something to hash
        dials = self.phones, self.regions
        others = {row["meta"] or "" for row in rows}  # many rows share theirs
        hidden = {meta for meta in others if "\\" in meta or may_hold_pii(meta, *dials)}
        return [
            (row["meta"] or "") in hidden or may_hold_pii(text, *dials)
            for row, text in zip(rows, rows.texts, strict=True)
        ]

    def judge(self, row: Row) -> Verdict | None:
        """Rewrite or drop a row that holds personal data.

        Raises:
            UserError: values are to be hashed and the environment has no salt.
        """
        salt = _salt() if self.action == "hash" else None
        found = {text: self._found(text) for text in (*texts_of(row), *_other_texts(row))}
        if not any(found.values()):
            return None
        counts: Counter[Kind] = Counter()

        def mask(text: str) -> str:
            counts.update(item.kind for item in found[text])
            return masked(text, found[text], salt)

        changed = rewritten(row, mask)
        reason, score = " and ".join(sorted(counts)), float(counts.total())
        if self.action == "drop":
            return Verdict("drop", reason, score)
        return Verdict("rewrite", reason, score, row=changed)

    def _found(self, text: str) -> list[Found]:
        """Return what is found in one text."""
        return find_pii(text, self.kinds, self.phones, self.regions)


def _other_texts(row: Row) -> list[str]:
    """Return the texts in the source's other columns."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    map_json(meta_of(row), note)
    return found


def _salt() -> bytes:
    """Return the salt that the environment holds; its length is checked, its value never shown."""
    salt = os.environ.get(SALT, "")
    if len(salt) < MIN_SALT_CHARS:
        raise UserError(
            f"params.yaml: clean: pii: action hash needs at least {MIN_SALT_CHARS} characters in "
            f"the environment variable {SALT}; set it, or use action mask"
        )
    return salt.encode()
