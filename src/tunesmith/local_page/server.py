"""Serves a page on this machine: loopback only, behind a token, JSON in and out."""

import errno
import json
import secrets
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ValidationError

from tunesmith.errors import UserError
from tunesmith.local_page.lines import first_fault
from tunesmith.local_page.page import Page

ADDRESS = "127.0.0.1"
HOSTS = {"127.0.0.1", "localhost"}  # what a browser on this machine may have asked for
MOST_BYTES = 64 * 1024  # of a request's body, unless a page says otherwise
HEADER = "X-Tunesmith-Token"
PATIENCE_SECONDS = 30  # for a request that does not end
Message = TypeVar("Message", bound=BaseModel)


class ConflictError(Exception):
    """The page does not know of a line that is there: another window has written it."""


class RefusedError(Exception):
    """The page asks for what there is not; the text says what."""


class DeniedError(Exception):
    """A request that is not answered: a status, and why."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


class PageServer(ThreadingHTTPServer):
    """One page for everybody at this machine.

    Attributes:
        name: tells the cookies of commands apart.
    """

    daemon_threads = True
    request_queue_size = 64  # connections that wait to be taken
    name: ClassVar[str]

    def __init__(
        self, port: int, handler: type["PageHandler"], token_of: Callable[[int], str], page: Page
    ) -> None:
        """Take a port of 127.0.0.1; 0 for any that is free.

        Args:
            port: to take.
            handler: of the requests.
            token_of: gives the token, once this server alone has the port.
            page: to serve.

        Raises:
            UserError: the port is taken or not allowed.
        """
        self.page = page
        try:
            super().__init__((ADDRESS, port), handler)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            why = "taken" if error.errno == errno.EADDRINUSE else "not allowed"
            raise UserError(
                f"port {port} of {ADDRESS} is {why}; end what runs there, or give another --port"
            ) from None
        self.token = token_of(self.server_port)

    @property
    def url(self) -> str:
        """The address that opens the page."""
        return f"http://{ADDRESS}:{self.server_port}/?token={self.token}"

    @property
    def cookie(self) -> str:
        """The cookie's name; cookies do not tell ports apart."""
        return f"tunesmith_{self.name}_{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - given
        """Say in one line that a request failed; a browser that went away is no failure."""
        error = sys.exception()
        if not isinstance(error, ConnectionError | TimeoutError):
            print(f"a request failed: {type(error).__name__}: {error}", file=sys.stderr)


class PageHandler(BaseHTTPRequestHandler):
    """One request; a page says what it serves beside itself.

    Attributes:
        thing: what the page writes down, for messages.
        most_bytes: of a request's body.
    """

    server: PageServer
    server_version, sys_version = "tunesmith", ""
    timeout = PATIENCE_SECONDS
    thing: ClassVar[str]
    most_bytes: ClassVar[int] = MOST_BYTES

    def gets(self) -> dict[str, Callable[[], None]]:
        """Return what answers a GET, by its place."""
        raise NotImplementedError

    def posts(self) -> dict[str, Callable[[], None]]:
        """Return what answers a POST, by its place."""
        raise NotImplementedError

    def do_GET(self) -> None:
        """Serve the page, or what it asks for."""
        self._answer({"/": self._page, **self.gets()})

    def do_POST(self) -> None:
        """Take what the page sends."""
        self._answer(self.posts())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        """Log nothing: an address holds the token."""

    def _answer(self, routes: dict[str, Callable[[], None]]) -> None:
        """Answer a request of this machine's browser that knows the token."""
        try:
            self._check_host()
            self._check_origin()
            route = routes.get(urlsplit(self.path).path)
            if route is None:
                raise DeniedError(HTTPStatus.NOT_FOUND, "nothing is here")
            route()
        except DeniedError as denied:
            self.send_json(denied.status, {"error": str(denied)})
        except ConflictError:
            self.send_json(
                HTTPStatus.CONFLICT, {"error": f"{self.thing} of another window meanwhile"}
            )
        except (RefusedError, UserError) as error:
            self.send_json(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": str(error)})
        except OSError as error:
            if isinstance(error, ConnectionError | TimeoutError):
                raise
            why = f"the {self.thing} could not be written: {error.strerror}"
            self.send_json(HTTPStatus.INSUFFICIENT_STORAGE, {"error": why})

    def _page(self) -> None:
        """Serve the page and hand out the cookie."""
        asked = parse_qs(urlsplit(self.path).query).get("token", [""])[0]
        if not (self._is_token(asked) or self._is_token(self._cookie())):
            raise DeniedError(
                HTTPStatus.FORBIDDEN,
                f"open the address that `tunesmith {self.server.name}` printed, as it is",
            )
        cookie = f"{self.server.cookie}={self.server.token}; Path=/; HttpOnly; SameSite=Strict"
        body = self.server.page.html(self.server.token).encode()
        self._send(HTTPStatus.OK, "text/html; charset=utf-8", body, {"Set-Cookie": cookie})

    def _check_host(self) -> None:
        """Refuse a name that somebody else made to lead to this machine (DNS rebinding)."""
        host = (self.headers.get("Host") or "").rpartition(":")[0] or self.headers.get("Host")
        if host not in HOSTS:
            raise DeniedError(
                HTTPStatus.FORBIDDEN, f"this page is served to {' and '.join(HOSTS)} only"
            )

    def _check_origin(self) -> None:
        """Refuse what another site's page has sent; an address that was typed names none."""
        origin = self.headers.get("Origin")
        if origin is not None and origin != f"http://{self.headers.get('Host')}":
            raise DeniedError(HTTPStatus.FORBIDDEN, "another site's page has asked for this")

    def check_token(self) -> None:
        """Refuse who has not both the cookie and the header, which other sites cannot set."""
        if not (self._is_token(self._cookie()) and self._is_token(self.headers.get(HEADER, ""))):
            raise DeniedError(HTTPStatus.FORBIDDEN, "another token: open the address printed last")

    def _is_token(self, given: str) -> bool:
        """Compare in a time that tells nothing."""
        return secrets.compare_digest(given.encode(), self.server.token.encode())

    def _cookie(self) -> str:
        """Return the token of the request's cookie."""
        try:
            cookies = SimpleCookie(self.headers.get("Cookie", ""))
        except CookieError:
            return ""
        return cookies[self.server.cookie].value if self.server.cookie in cookies else ""

    def body(self, kind: type[Message]) -> Message:
        """Return the request's JSON as a message."""
        self.check_token()
        if self.headers.get_content_type() != "application/json":
            raise DeniedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "JSON is taken, nothing else")
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            raise DeniedError(HTTPStatus.LENGTH_REQUIRED, "a request says how long it is")
        if int(length) > self.most_bytes:
            raise DeniedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {self.most_bytes:,} bytes"
            )
        try:
            return kind.model_validate_json(self.rfile.read(int(length)))
        except ValidationError as error:
            raise RefusedError(first_fault(error)) from None

    def send_json(self, status: HTTPStatus, data: Any) -> None:
        """Answer with JSON."""
        self._send(status, "application/json", json.dumps(data).encode(), {})

    def _send(self, status: HTTPStatus, kind: str, body: bytes, more: dict[str, str]) -> None:
        """Answer with headers that keep the page to itself."""
        self.send_response(status)
        headers = {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Content-Security-Policy": self.server.page.policy,
            "Cache-Control": "no-store",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            **more,
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
