"""Posts JSON and waits for JSON: paced, repeated when a server is busy, never redirected."""

import ipaddress
import json
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from tunesmith.errors import UserError

BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
WRONG_KEY = frozenset({401, 403})
FAILURES = (OSError, HTTPException, ValueError, RecursionError)  # no or half a reply, no JSON
MOST_BYTES = 4_000_000
LONGEST_WAIT_SECONDS = 60.0
FIRST_WAIT_SECONDS = 1.0


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key to another address."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        """Follow nothing."""


@dataclass
class Caller:
    """One server. The key is sent and shown nowhere, not even by `repr`."""

    url: str
    name: str  # of the environment variable with the address: what errors show
    key: str | None = field(repr=False)
    timeout_seconds: float
    retries: int
    seconds_between: float
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _next: float = 0.0

    def post(self, body: dict[str, Any]) -> Any:
        """Return the server's JSON, or None if it refuses this one request (400, 413, 422 …).

        Raises:
            UserError: the key is refused, there is nothing at the address, or the server failed
                `retries` + 1 times in a row.
        """
        why = ""
        for turn in range(self.retries + 1):
            if turn:
                time.sleep(min(FIRST_WAIT_SECONDS * 2 ** (turn - 1), LONGEST_WAIT_SECONDS))
            self._wait_for_turn()
            try:
                return self._sent(body)
            except urllib.error.HTTPError as error:
                with error:
                    if error.code not in BUSY:
                        self._check(error.code)
                        return None
                    why = f"status {error.code}"
                    time.sleep(_asked_to_wait(error.headers.get("Retry-After")))
            except FAILURES as error:
                why = type(getattr(error, "reason", error)).__name__
        raise UserError(
            f"the server that {self.name} names failed {self.retries + 1} times in a row ({why}); "
            "what it replied before is kept, so a rerun goes on from there"
        )

    def _sent(self, body: dict[str, Any]) -> Any:
        """Send once."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        data = json.dumps(body).encode()
        request = urllib.request.Request(self.url, data, headers, method="POST")  # noqa: S310
        opener = urllib.request.build_opener(_NoRedirect)
        with opener.open(request, timeout=self.timeout_seconds) as response:
            raw = response.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise ValueError("the reply is too long")
        return json.loads(raw)

    def _check(self, code: int) -> None:
        """Stop at a refusal that every other request would meet as well."""
        if code in WRONG_KEY:
            raise UserError(f"the server that {self.name} names refuses the key ({code})")
        if code == 404 or 300 <= code < 400:
            raise UserError(
                f"the server that {self.name} names answers {code}: no such model or address; "
                "the address ends before /chat/completions, often with /v1"
            )

    def _wait_for_turn(self) -> None:
        """Let `seconds_between` pass between the starts of two requests."""
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next)
            self._next = start + self.seconds_between
        time.sleep(start - now)


def checked_url(url: str, name: str, has_key: bool) -> str:
    """Return the address without a slash at its end.

    Raises:
        UserError: it is no http address, or a key would travel in the clear.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UserError(f"{name}: an address such as https://HOST/v1 is needed")
    if has_key and parts.scheme == "http" and not _is_near(parts.hostname):
        raise UserError(f"{name}: with a key the address must be https, or the key could be read")
    return url.rstrip("/")


def _is_near(host: str) -> bool:
    """True for this machine and private networks."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address.is_private


def _asked_to_wait(header: str | None) -> float:
    """Return the seconds that a busy server asks for, at most a minute."""
    try:
        return min(max(float(header or 0), 0.0), LONGEST_WAIT_SECONDS)
    except ValueError:
        return 0.0
