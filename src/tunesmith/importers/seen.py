"""Counts how often each id was given, in about 20 bytes an id, so that a long file fits."""

from array import array
from collections import Counter

FIRST_SLOTS = 1 << 12
FULLEST = 2 / 3  # of the slots; more and looking up takes long


class Seen:
    """The ids given so far: a hash table of their 64 bits with open addressing.

    An id is a hash itself, so its own lowest bits choose the slot.
    """

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * FIRST_SLOTS))  # 0 is an empty slot
        self._used = 0
        self._again: Counter[int] = Counter()  # of ids that came more than once

    def add(self, row_id: str) -> int:
        """Count an id of 16 hexadecimal digits; return how often it was given, with this time."""
        key = int(row_id, 16) or 1
        slot = self._slot(key)
        if self._slots[slot]:
            self._again[key] += 1
            return self._again[key] + 1
        self._slots[slot] = key
        self._used += 1
        if self._used > FULLEST * len(self._slots):
            self._grow()
        return 1

    @property
    def held_bytes(self) -> int:
        """Of the table; ids that came again are counted beside it."""
        return self._slots.itemsize * len(self._slots)

    def _slot(self, key: int) -> int:
        """Return the slot that holds a key, or the empty one where it belongs."""
        slots = self._slots
        last = len(slots) - 1
        slot = key & last
        while slots[slot] and slots[slot] != key:
            slot = (slot + 1) & last
        return slot

    def _grow(self) -> None:
        """Move the keys into twice as many slots."""
        old = self._slots
        self._slots = array("Q", bytes(16 * len(old)))
        for key in old:
            if key:
                self._slots[self._slot(key)] = key
