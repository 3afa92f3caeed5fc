"""The token that opens the page: random, and kept over a crash so that open pages go on."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def key_of(port: int, folder: Path) -> Path:
    """Return the file of the token of the one server that holds a port."""
    return folder / f"token-{port}"


def token_at(path: Path) -> str:
    """Return the token of a server that did not end in order, else a new one.

    The file is readable for its owner only; `forget` removes it at a clean end.
    """
    with suppress(FileNotFoundError):
        kept = path.read_text(encoding="ascii", errors="replace").strip()
        if len(kept) >= 32 and path.stat().st_mode & 0o077 == 0:
            return kept
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    token = secrets.token_urlsafe(32)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(token + "\n")
    return token


def forget(path: Path) -> None:
    """Let the next start draw another token."""
    path.unlink(missing_ok=True)
