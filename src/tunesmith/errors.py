"""The one exception for what a user can cause; its text names the place and the way out."""

from typing import ClassVar


class UserError(Exception):
    """Something the user can mend; stages and commands print it as one line and exit with 1."""

    exit_code: ClassVar[int] = 1


class StartAgain(UserError):  # noqa: N818 - a request
    """One of several processes ends all of them; on disk lies what they have to do otherwise.

    Args:
        why: what happened, and what changes.
        where: beyond this host, if processes of others have to be started again.
    """

    exit_code = 75  # EX_TEMPFAIL of sysexits.h
    WAY_OUT: ClassVar[str] = "; start the same command again"

    def __init__(self, why: str, where: str = "") -> None:
        super().__init__(f"{why}{self.WAY_OUT}{where}")
