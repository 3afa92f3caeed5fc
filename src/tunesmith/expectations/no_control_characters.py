"""Control characters: left by broken encodings, and never meant to be learned."""

import re
from typing import Any, Literal

from tunesmith.expectations.check import RowCheck
from tunesmith.expectations.evidence import Evidence

CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]"


class NoControlCharacters(RowCheck):
    """No control character but tab and line ends, and no replacement character U+FFFD."""

    kind: Literal["no_control_characters"] = "no_control_characters"

    @property
    def column(self) -> str:
        """See `Check`."""
        return "text"

    def values(self, evidence: Evidence) -> list[str]:
        """Return all text of each row."""
        return evidence.texts

    def rule(self) -> Any:
        """See `Check`."""
        from great_expectations.expectations import ExpectColumnValuesToNotMatchRegex

        return ExpectColumnValuesToNotMatchRegex(
            column=self.column, regex=CONTROL, mostly=self.mostly
        )

    def reason(self, value: str) -> str:
        """See `Check`."""
        found = re.search(CONTROL, value)
        assert found, "the rule matched this text"
        return f"U+{ord(found[0]):04X} at character {found.start() + 1}"
