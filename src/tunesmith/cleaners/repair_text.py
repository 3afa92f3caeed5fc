"""Repairs mojibake, removes control characters, composes accents (NFC)."""

import re
import unicodedata
from typing import Literal

from tunesmith.cleaners.base import Cleaner, Verdict, whole_text, with_texts
from tunesmith.rows import Row

NEWLINE = re.compile(r"\r\n?|[\u2028\u2029\x85]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufff9-\ufffb\ud800-\udfff]")
ROUNDS = 4  # text that was broken twice is repaired twice


class RepairText(Cleaner):
    """Rewrite rows whose text was read in a wrong encoding or holds what nobody can see.

    Quotes, widths and ligatures stay as they are: full-width marks are right in Chinese.
    """

    kind: Literal["repair_text"] = "repair_text"

    def judge(self, row: Row) -> Verdict | None:
        """Repair one row and tell mojibake from mere control characters."""
        changed = with_texts(row, repaired)
        if changed is None:
            return None
        plain = with_texts(row, tidied) or row
        broken = whole_text(plain) != whole_text(changed)
        return Verdict("rewrite", "mojibake" if broken else "control characters", row=changed)


def repaired(text: str) -> str:
    """Return the text as it was before it was read in a wrong encoding, tidied."""
    if text.isascii():
        return tidied(text)
    import ftfy

    for _ in range(ROUNDS):
        fixed = tidied(ftfy.fix_encoding(text))
        if fixed == text:
            break
        text = fixed
    return text


def tidied(text: str) -> str:
    """Return the text in NFC, with newlines as its only line ends, without control characters."""
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", CONTROL.sub("", NEWLINE.sub("\n", text)))
