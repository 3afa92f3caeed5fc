"""One person's file of ratings: lines are only added, each on the disk before it is confirmed."""

import fcntl
import json
import os
import shutil
from pathlib import Path

from tunesmith.errors import UserError
from tunesmith.files import replacing
from tunesmith.human.lines import Lines, read_lines
from tunesmith.human.rating import Rating


class Journal:
    """An open file of ratings, held by this process alone.

    Attributes:
        ratings: every line so far.
        told: what a person should know of how the file was found; None if it was in order.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, made if it is not there; a torn last line goes to `<name>.torn`.

        Raises:
            UserError: another process holds it, or a line is no rating.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        _own(path)
        self._path = path
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            self._lock()
            found = read_lines(path)
            self.told = self._mend(found)
        except BaseException:
            os.close(self._handle)
            raise
        self.ratings = found.ratings
        _sync_folder(path.parent)

    def add(self, rating: Rating) -> None:
        """Write one line; when this returns, it is on the disk.

        Raises:
            OSError: it is not, for instance because the disk is full; the file is as it was.
        """
        record = rating.model_dump(mode="json", exclude_defaults=True)
        line = json.dumps(record, sort_keys=True, ensure_ascii=False) + "\n"
        self._append(self._handle, line.encode())
        self.ratings.append(rating)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)

    def _lock(self) -> None:
        """Take the file for this process."""
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(
                f"{self._path}: another `tunesmith judge` writes this file; use its page, or end it"
            ) from None

    def _mend(self, found: Lines) -> str | None:
        """Bring the file to its last whole line and return what was done."""
        if found.unended:
            self._append(self._handle, b"\n")
        if not found.torn:
            return None
        aside = self._path.with_suffix(".torn")
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            self._append(handle, found.torn.rstrip(b"\0") + b"\n")
        finally:
            os.close(handle)
        os.ftruncate(self._handle, found.whole)
        os.fsync(self._handle)
        return (
            f"{self._path}: a crash tore its last line; {len(found.torn)} bytes are now in "
            f"{aside.name}, and that row comes again"
        )

    @staticmethod
    def _append(handle: int, data: bytes) -> None:
        """Put bytes behind the end of a file and onto the disk, or leave the file as it was."""
        before = os.fstat(handle).st_size
        try:
            written = 0
            while written < len(data):
                written += os.write(handle, data[written:])
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, before)
            raise


def _own(path: Path) -> None:
    """Give a file that DVC linked to its cache a content of its own, so that the cache stays."""
    if path.exists() and (path.is_symlink() or path.stat().st_nlink > 1):
        with replacing(path) as temporary:
            shutil.copyfile(path, temporary)


def _sync_folder(folder: Path) -> None:
    """Bring a folder's list of files onto the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
