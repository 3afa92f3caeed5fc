"""Remembers what an endpoint replied, so that nothing is asked twice and a run can be rebuilt."""

import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from tunesmith.errors import UserError
from tunesmith.files import sha256_text

Request = dict[str, Any]


@dataclass
class Replies:
    """Replies by the content of their request; None is one that the server refused or cut off.

    `known` is what was read at the start; a new reply is appended to `journal` at once, so that
    a run that is killed half-way has lost nothing. `used` is what this run needed.
    """

    known: dict[str, str | None] = field(default_factory=dict)
    journal: Path | None = None
    used: dict[str, dict[str, Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def read(cls, recorded: Path, journal: Path) -> "Replies":
        """Return the replies of two files, either of which may be missing; `recorded` wins."""
        known = {**_read(journal, torn_end=True), **_read(recorded, torn_end=False)}
        return cls(known, journal)

    def __contains__(self, request: Request) -> bool:
        return key_of(request) in self.known

    def get(self, request: Request) -> str | None:
        """Return the reply to a request that was asked before; None too if it was not."""
        key = key_of(request)
        if key not in self.known:
            return None
        with self._lock:
            self.used[key] = record_of(request, self.known[key])
        return self.known[key]

    def replied(self, model: str) -> bool:
        """Return whether this run has a usable reply of a model."""
        return any(
            record["request"]["model"] == model and record["reply"] is not None
            for record in self.used.values()
        )

    def add(self, request: Request, reply: str | None, lasting: bool = True) -> None:
        """Remember a new reply, beyond this run if it is `lasting`."""
        record = record_of(request, reply)
        with self._lock:
            self.known[record["key"]] = reply
            self.used[record["key"]] = record
            if lasting and self.journal is not None:
                _append(self.journal, _line(record))

    def lines(self) -> str:
        """Return every request of this run with its reply, one JSON object a line, by key."""
        return "\n".join(_line(self.used[key]) for key in sorted(self.used))


def key_of(request: Request) -> str:
    """Return what a request is known by: a hash of its content, the address not among it."""
    return sha256_text(json.dumps(request, sort_keys=True, ensure_ascii=False))[:32]


def record_of(request: Request, reply: str | None) -> dict[str, Any]:
    """Return what is written of a request."""
    return {"key": key_of(request), "request": request, "reply": reply}


def _append(path: Path, line: str) -> None:
    """Add a line to a file; a last line that was cut off when a run was killed is ended first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as handle:
        torn = handle.tell() > 0 and _last_byte(handle) != b"\n"
        handle.write(b"\n" * torn + line.encode() + b"\n")


def _last_byte(handle: BinaryIO) -> bytes:
    """Return the last byte of a file that has one; what is appended goes to its end anyway."""
    handle.seek(-1, os.SEEK_END)
    return handle.read()


def _line(record: dict[str, Any]) -> str:
    """Return a record as one line."""
    return json.dumps(record, sort_keys=True, ensure_ascii=False)


def _read(path: Path, torn_end: bool) -> dict[str, str | None]:
    """Return key → reply of a file; a last line that was cut off is left out if allowed.

    Raises:
        UserError: a line that is no reply.
    """
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    found: dict[str, str | None] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            reply = record["reply"]
            found[record["key"]] = None if reply is None else str(reply)
        except (json.JSONDecodeError, KeyError, TypeError):
            if torn_end:
                continue  # a run was killed while it wrote; the line is asked for again
            raise UserError(f"{path}:{number}: no recorded reply; delete the line") from None
    return found
