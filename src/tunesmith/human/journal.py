"""One person's file of ratings: lines are only added, each on the disk before it is confirmed."""

from pathlib import Path

from tunesmith.human.lines import rating_of
from tunesmith.human.rating import Rating
from tunesmith.local_page.journal import Journal as Kept


class Journal(Kept[Rating]):
    """An open file of ratings, held by this process alone."""

    def __init__(self, path: Path) -> None:
        """Open a person's file; see `tunesmith.local_page.journal`."""
        super().__init__(path, lambda line, where: rating_of(line, where, path), "tunesmith judge")

    @property
    def ratings(self) -> list[Rating]:
        """Every line so far."""
        return self.lines
