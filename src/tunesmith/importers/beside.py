"""What stands beside a conversation and belongs to it: the tools it may call, its images."""

from typing import Any

from tunesmith.importers.base import Record, ShapeError
from tunesmith.importers.blocks import images_in
from tunesmith.importers.calls import TOOLS, tools_of
from tunesmith.rows import TURNS, Row

IMAGES = ("images", "image")
NOT_READ = ("videos", "audios")
COLUMNS = frozenset({*TOOLS, *IMAGES})


def beside(record: Record) -> Row:
    """Return the tools and images of a record.

    Raises:
        ShapeError: they are not what they should be, or there are videos or sounds.
    """
    for name in NOT_READ:
        if record.get(name):
            raise ShapeError(f'"{name}" are not read; of other media only images are kept')
    return {"tools": tools_of(record), "images": _images(record)}


def belongs(row: Row) -> bool:
    """True for an example with messages; of any other these columns go to `meta`."""
    return any(row.get(name) for name in TURNS)


def _images(record: Record) -> list[str] | None:
    """Return paths or addresses of a record's images, in order."""
    named: Any = next((record[name] for name in IMAGES if record.get(name)), [])
    listed = named if isinstance(named, list) else [named]
    blocks = [image for value in record.values() for image in images_in(value)]
    found = listed or blocks
    return [_path(image) for image in found] or None


def _path(image: Any) -> str:
    """Return the path of an image."""
    path = image.get("path") if isinstance(image, dict) and not image.get("bytes") else image
    if not isinstance(path, str):
        raise ShapeError("an image is no path or address; save the images as files and name them")
    return path
