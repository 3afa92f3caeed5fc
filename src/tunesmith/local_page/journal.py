"""An open file of lines: they are only added, each on the disk before it is confirmed."""

import fcntl
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Generic

from tunesmith.errors import UserError
from tunesmith.files import replacing
from tunesmith.local_page.lines import Line, Lines, read_lines


class Journal(Generic[Line]):
    """A file that this process alone writes.

    Attributes:
        lines: every line so far.
        told: what a person should know of how the file was found; None if it was in order.
    """

    def __init__(self, path: Path, parse: Callable[[bytes, str], Line], command: str) -> None:
        """Open the file, made if it is not there; a torn last line goes to `<name>.torn`.

        Args:
            path: of the file.
            parse: as `read_lines` takes it.
            command: that writes such files, for messages.

        Raises:
            UserError: another process holds it, or a line is none.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._parse, self._command = path, parse, command
        self._handle = _opened(path, command)
        try:
            found = read_lines(path, parse)
            self.told = self._mend(found)
        except BaseException:
            os.close(self._handle)
            raise
        self.lines = found.said
        self._size = os.fstat(self._handle).st_size
        _sync_folder(path.parent)

    def add(self, said: Line) -> None:
        """Write one line; when this returns, it is on the disk, in the file of that name.

        Raises:
            UserError: the file was changed or removed by somebody else.
            OSError: it is not, for instance because the disk is full; the file is as it was.
        """
        record = said.model_dump(mode="json", exclude_defaults=True)
        line = json.dumps(record, sort_keys=True, ensure_ascii=False) + "\n"
        self._follow()
        self._append(self._handle, line.encode())
        self._size += len(line.encode())
        self.lines.append(said)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)

    def _follow(self) -> None:
        """Hold the file that has the name now: `dvc add` puts another with the same lines there."""
        if not self._path.exists():
            raise self._changed("is gone")
        mine, there = os.fstat(self._handle), self._path.stat()
        if mine.st_size != self._size:
            raise self._changed("has been written by somebody else")
        if os.path.samestat(mine, there) and not _is_shared(self._path):
            return
        handle = _opened(self._path, self._command)
        same_size = os.fstat(handle).st_size == self._size
        if not same_size or read_lines(self._path, self._parse).said != self.lines:
            os.close(handle)
            raise self._changed("holds other lines now")
        os.close(self._handle)
        self._handle = handle
        _sync_folder(self._path.parent)

    def _changed(self, what: str) -> UserError:
        """Return the error about a file that somebody else has touched."""
        return UserError(f"{self._path} {what}; restore it, or start `{self._command}` again")

    def _mend(self, found: Lines[Line]) -> str | None:
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
            f"{aside.name}, and what it said has to be said again"
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


def _opened(path: Path, command: str) -> int:
    """Return a handle that adds to a file, which this process alone holds from now on.

    A file that DVC linked to its cache is given a content of its own, so that the cache stays.

    Raises:
        UserError: another process holds it.
    """
    if path.exists() and _is_shared(path):
        with replacing(path) as temporary:
            shutil.copyfile(path, temporary)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise UserError(
            f"{path}: another `{command}` writes this file; use its page, or end it"
        ) from None
    return handle


def _is_shared(path: Path) -> bool:
    """True if another name leads to the same content."""
    return path.is_symlink() or path.stat().st_nlink > 1


def _sync_folder(folder: Path) -> None:
    """Bring a folder's list of files onto the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
