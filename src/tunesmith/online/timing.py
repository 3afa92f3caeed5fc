"""What the parts of a step take."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch


class Stopwatch:
    """Adds up seconds by part; a GPU is waited for, else its work would count for the next part."""

    def __init__(self, spent: dict[str, float] | None = None) -> None:
        """Go on from what was spent before."""
        self.spent = dict(spent or {})
        self._busy = False

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count the block's seconds; those of parts within it are among them, and not counted."""
        if self._busy:
            yield
            return
        self._busy, started = True, _now()
        try:
            yield
        finally:
            self._busy = False
            self.spent[name] = self.spent.get(name, 0.0) + _now() - started


def _now() -> float:
    """Return the seconds of a clock, once the device has done what it was given."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.monotonic()
