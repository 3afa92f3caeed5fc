"""Asks git, in the words of its own commands; a failure is one line."""

import os
import subprocess
import time

from flows.masking import masked
from tunesmith.errors import UserError


def git(*arguments: str, date: int | None = None) -> str:
    """Return what a git command prints, in English; it asks for no password.

    Args:
        arguments: of git.
        date: of the commit or tag that it makes, in seconds since 1970; None: now.

    Raises:
        UserError: git is missing, or the command failed; the message holds git's own.
    """
    given = {} if date is None else {"GIT_COMMITTER_DATE": _dated(date)}
    try:
        done = subprocess.run(
            ["git", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **given, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"},
        )
    except FileNotFoundError:
        raise UserError(
            "git: no such program; Tunesmith keeps its runs in it, install it"
        ) from None
    except subprocess.CalledProcessError as error:
        raise UserError(f"git {arguments[0]}: {masked(error.stderr.strip()) or 'failed'}") from None
    return done.stdout.strip()


def _dated(seconds: int) -> str:
    """Return a time as git takes it, with the offset of this place."""
    return f"@{seconds} {time.strftime('%z', time.localtime(seconds))}"


def succeeds(*arguments: str) -> bool:
    """Tell whether a git command that only asks ends with 0."""
    try:
        git(*arguments)
    except UserError:
        return False
    return True


def has_commit() -> bool:
    """Tell whether HEAD points to a commit; a project just made has none."""
    return succeeds("rev-parse", "--verify", "--quiet", "HEAD")


def head() -> str:
    """Return the commit that is checked out."""
    return git("rev-parse", "HEAD")


def branch() -> str | None:
    """Return the branch that is checked out, None on a detached HEAD."""
    return git("branch", "--show-current") or None


def has_origin() -> bool:
    """Tell whether there is a repository `origin` to share commits with."""
    return "origin" in git("remote").split()


def changed_files() -> list[str]:
    """Return the tracked files that differ from the last commit."""
    return git("diff", "--name-only", "HEAD", "--").splitlines() if has_commit() else []


def some(names: list[str]) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
