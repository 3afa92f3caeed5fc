"""Reads a file of ratings; a last line that a crash tore off is told apart from a broken file."""

from pathlib import Path

from tunesmith.errors import UserError
from tunesmith.human.rating import Rating
from tunesmith.local_page.lines import Lines, parsed
from tunesmith.local_page.lines import read_lines as read


def read_lines(path: Path) -> Lines[Rating]:
    """Return what a person's file holds; one that is not there holds nothing.

    Raises:
        UserError: a line before the last is no rating, or is somebody else's; names file and line.
    """
    return read(path, lambda line, where: rating_of(line, where, path))


def rating_of(line: bytes, where: str, path: Path) -> Rating:
    """Return the rating of one line of a person's file."""
    rating = parsed(Rating, line, where, "rating")
    if rating.annotator != path.stem:
        raise UserError(
            f"{where}: a rating of {rating.annotator}, who has a file of their own; move the line "
            f"to {path.with_stem(rating.annotator)}"
        )
    return rating
