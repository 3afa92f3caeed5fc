"""Serves a page until Ctrl-C and says where it is; the token lives as long as the page."""

from collections.abc import Callable
from pathlib import Path

from tunesmith.local_page.key import forget, key_of, token_at
from tunesmith.local_page.server import PageServer


def serve_page(
    server_of: Callable[[Callable[[int], str]], PageServer],
    keys: Path,
    asked: str,
    at_the_end: Callable[[], str],
    tell: Callable[[str], None],
) -> None:
    """Serve a page until Ctrl-C.

    Args:
        server_of: makes the server, given what makes its token.
        keys: folder in which the token of the port is kept while the page is served.
        asked: what people will be asked.
        at_the_end: ends the work and says what came of it.
        tell: prints a line.

    Raises:
        UserError: the port is taken.
    """
    with server_of(lambda bound: token_at(key_of(bound, keys))) as server:
        try:
            tell(f"{asked}\n{server.url}\nfor this machine only; Ctrl-C ends")
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            said = at_the_end()
            forget(key_of(server.server_port, keys))
            tell(f"\nended; {said}")
