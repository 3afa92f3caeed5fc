"""Serves the page of `tunesmith judge`: where a person stands, their ratings in."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from tunesmith.human.messages import Answer, Undo
from tunesmith.human.page import Page
from tunesmith.human.room import Room
from tunesmith.local_page.server import PageHandler, PageServer


class JudgeServer(PageServer):
    """One page for everybody at this machine."""

    name = "judge"

    def __init__(self, port: int, room: Room, token_of: Callable[[int], str], page: Page) -> None:
        """Take a port; `room` is of the people who come, for the rest see `PageServer`."""
        self.room = room
        super().__init__(port, Handler, token_of, page)


class Handler(PageHandler):
    """One request."""

    server: JudgeServer
    thing = "rating"

    def gets(self) -> dict[str, Callable[[], None]]:
        """Return what shows where a person stands."""
        return {"/api/state": self._state}

    def posts(self) -> dict[str, Callable[[], None]]:
        """Return what takes a rating, or takes the last one back."""
        return {"/api/rate": self._rate, "/api/undo": self._undo}

    def _state(self) -> None:
        """Serve where a person stands."""
        self.check_token()
        annotator = parse_qs(urlsplit(self.path).query).get("annotator", [""])[0]
        self.send_json(HTTPStatus.OK, self.server.room.desk(annotator).state())

    def _rate(self) -> None:
        """Write a rating down."""
        answer = self.body(Answer)
        self.send_json(HTTPStatus.OK, self.server.room.desk(answer.annotator).rate(answer))

    def _undo(self) -> None:
        """Take a rating back."""
        wish = self.body(Undo)
        self.send_json(HTTPStatus.OK, self.server.room.desk(wish.annotator).undo(wish))
