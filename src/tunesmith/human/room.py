"""Everybody's desks: one for each person, opened when they come."""

import threading
from collections.abc import Callable
from pathlib import Path

from tunesmith.human.desk import Desk
from tunesmith.human.journal import Journal
from tunesmith.human.rating import checked_annotator
from tunesmith.human.task import Task


class Room:
    """The desks of one `tunesmith judge`, by the names of the people at them."""

    def __init__(self, task: Task, folder: Path, tell: Callable[[str], None]) -> None:
        """Take the folder of ratings; `tell` prints what a person should know."""
        self._task, self._folder, self._tell = task, folder, tell
        self._desks: dict[str, Desk] = {}
        self._mutex = threading.Lock()

    def desk(self, annotator: str) -> Desk:
        """Return a person's desk.

        Raises:
            UserError: no name for a person, or their file is broken or held by another process.
        """
        checked_annotator(annotator)
        with self._mutex:
            if annotator not in self._desks:
                self._desks[annotator] = self._open(annotator)
            return self._desks[annotator]

    def close(self) -> None:
        """End everybody's work once what is being written is on the disk."""
        self._mutex.acquire()
        for desk in self._desks.values():
            desk.close()

    def _open(self, annotator: str) -> Desk:
        """Open a person's file and tell how it was found."""
        journal = Journal(self._folder / f"{annotator}.jsonl")
        desk = Desk(annotator, self._task, journal)
        state = desk.state()
        self._tell(f"{annotator}: {state['done']} of {state['total']} rows are rated")
        if journal.told:
            self._tell(journal.told)
        if desk.stale:
            self._tell(f"{annotator}: {desk.stale} ratings are of other answers; those come again")
        return desk
