"""Starts the page, says where it is, and what was decided when it ends."""

from collections.abc import Callable
from pathlib import Path

from tunesmith.local_page.serve import serve_page
from tunesmith.review.desk import Desk
from tunesmith.review.server import ReviewServer

KEYS = Path(".work/review")


def serve(desk: Desk, port: int, root: Path, tell: Callable[[str], None]) -> None:
    """Serve the page until Ctrl-C; every confirmed decision is on the disk by then.

    Args:
        desk: the work.
        port: of 127.0.0.1; 0 for any that is free.
        root: of the project, where the token of the port is kept while the page is served.
        tell: prints a line.

    Raises:
        UserError: the port is taken.
    """
    serve_page(
        lambda token_of: ReviewServer(port, desk, token_of),
        root / KEYS,
        desk.summary(),
        desk.summary,
        tell,
    )
