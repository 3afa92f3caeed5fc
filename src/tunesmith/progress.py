"""Tells on stdout, every few seconds, how far a long stage has come."""

import time

EVERY_SECONDS = 10.0
EVERY_ROWS = 1_000  # the clock is looked at


class Progress:
    """Counts rows of one thing; tells nothing about what is soon done.

    Attributes:
        rows: counted so far.
    """

    def __init__(self, name: str) -> None:
        self.rows = 0
        self._name = name
        self._told = self._started = time.monotonic()

    def add(self) -> None:
        """Count one row, and tell if it is time."""
        self.rows += 1
        if self.rows % EVERY_ROWS == 0 and time.monotonic() - self._told >= EVERY_SECONDS:
            self._told = time.monotonic()
            speed = self.rows / (self._told - self._started)
            print(f"{self._name}: {self.rows:,} rows so far, {speed:,.0f} a second", flush=True)


class Countdown:
    """Tells how much of a known whole is done and how long the rest will take."""

    def __init__(self, name: str, whole: int) -> None:
        self._name, self._whole, self._done = name, whole, 0
        self._told = self._started = time.monotonic()

    def add(self, rows: int) -> None:
        """Count rows, and tell if it is time."""
        self._done += rows
        now = time.monotonic()
        if now - self._told < EVERY_SECONDS or self._done >= self._whole:
            return
        self._told = now
        speed = self._done / (now - self._started)
        left = (self._whole - self._done) / speed
        print(
            f"{self._name}: {self._done:,} of {self._whole:,} rows, {speed:,.0f} a second, "
            f"{left:,.0f} s left",
            flush=True,
        )
