"""Starts the page, says where it is, and ends it in order."""

from collections.abc import Callable
from pathlib import Path

from tunesmith.human.page import Page
from tunesmith.human.room import Room
from tunesmith.human.server import JudgeServer
from tunesmith.human.task import Task
from tunesmith.local_page.serve import serve_page

KEYS = Path(".work/judge")


def serve(task: Task, ratings: Path, port: int, root: Path, tell: Callable[[str], None]) -> None:
    """Serve the page until Ctrl-C; every confirmed rating is on the disk by then.

    Args:
        task: what is asked.
        ratings: folder of the files.
        port: of 127.0.0.1; 0 for any that is free.
        root: of the project, where the token of the port is kept while the page is served.
        tell: prints a line.

    Raises:
        UserError: the port is taken.
    """
    room = Room(task, ratings, tell)

    def ended() -> str:
        room.close()
        return f"ratings are in {ratings}"

    serve_page(
        lambda token_of: JudgeServer(port, room, token_of, Page()),
        root / KEYS,
        asked(task),
        ended,
        tell,
    )


def asked(task: Task) -> str:
    """Say what people will be asked, and which rows count without being asked about."""
    rows, models = len(task.comparisons), " against ".join(task.comparisons[0].models)
    same = task.identical
    ties = f"; {same} of them have the same answer from both and count as ties" if same else ""
    return f"{rows} rows, {models}, shown blind{ties}"
