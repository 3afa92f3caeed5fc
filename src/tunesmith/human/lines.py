"""Reads a file of ratings; a last line that a crash tore off is told apart from a broken file."""

from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from tunesmith.errors import UserError
from tunesmith.human.rating import Rating


class Lines(NamedTuple):
    """The ratings of one file in their order.

    Attributes:
        ratings: one a line.
        whole: bytes that hold them, up to and with a newline.
        torn: what stands behind the last newline and is no rating.
        unended: True if the last rating lacks its newline.
    """

    ratings: list[Rating]
    whole: int
    torn: bytes
    unended: bool


def read_lines(path: Path) -> Lines:
    """Return what a file holds; one that is not there holds nothing.

    Raises:
        UserError: a line before the last is no rating, or is somebody else's; names file and line.
    """
    data = path.read_bytes() if path.exists() else b""
    whole = data.rfind(b"\n") + 1
    lines = data[:whole].split(b"\n")[:-1]
    ratings = [_parsed(line, path, number) for number, line in enumerate(lines, start=1)]
    try:
        last = [_parsed(data[whole:], path, len(lines) + 1)] if whole < len(data) else []
    except UserError:
        return Lines(ratings, whole, data[whole:], False)
    return Lines([*ratings, *last], len(data), b"", bool(last))


def _parsed(line: bytes, path: Path, number: int) -> Rating:
    """Return the rating of one line."""
    where = f"{path}:{number}"
    try:
        rating = Rating.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        said = first["msg"].removeprefix("Value error, ")
        raise UserError(
            f"{where}: no rating: {f'{place}: ' if place else ''}{said}; restore the file from "
            "git or DVC, or take the line out"
        ) from None
    if rating.annotator != path.stem:
        raise UserError(
            f"{where}: a rating of {rating.annotator}, who has a file of their own; move the line "
            f"to {path.with_stem(rating.annotator)}"
        )
    return rating
