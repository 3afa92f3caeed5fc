"""A test, or cases of one, that cannot be asked or scored, with the reason."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class LeftOut:
    """What is left out; `cases` is None where the test was never expanded into cases."""

    test: str
    source: str
    reason: str
    cases: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the parts by name."""
        return asdict(self)
