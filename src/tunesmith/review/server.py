"""Serves the page of `tunesmith review`: what is proposed out, decisions and written rows in."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from tunesmith.local_page.page import Page
from tunesmith.local_page.server import PageHandler, PageServer
from tunesmith.review.desk import Desk
from tunesmith.review.messages import NewRow, Wish

FOLDER = Path(__file__).parent


class ReviewServer(PageServer):
    """One page for everybody at this machine."""

    name = "review"

    def __init__(self, port: int, desk: Desk, token_of: Callable[[int], str]) -> None:
        """Take a port; `desk` is the work, for the rest see `PageServer`."""
        self.desk = desk
        super().__init__(port, Handler, token_of, Page(FOLDER))


class Handler(PageHandler):
    """One request."""

    server: ReviewServer
    thing = "decision"
    most_bytes = 1024 * 1024  # a row may be a long conversation

    def gets(self) -> dict[str, Callable[[], None]]:
        """Return what shows the proposals."""
        return {"/api/state": self._state}

    def posts(self) -> dict[str, Callable[[], None]]:
        """Return what takes a decision, or a new row."""
        return {"/api/decide": self._decide, "/api/write": self._write}

    def _state(self) -> None:
        """Serve what is proposed and decided."""
        self.check_token()
        self.send_json(HTTPStatus.OK, self.server.desk.state())

    def _decide(self) -> None:
        """Write a decision down."""
        self.send_json(HTTPStatus.OK, self.server.desk.decide(self.body(Wish)))

    def _write(self) -> None:
        """Write a new row down."""
        self.send_json(HTTPStatus.OK, self.server.desk.write(self.body(NewRow)))
