"""Which files that people or services wrote hold a row: they are no table of any version."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tunesmith.rows import file_of


def mentions(
    root: Path, places: Iterable[str], names: Iterable[str], ids: Iterable[str]
) -> list[Path]:
    """Return the files that are named, or in which an id stands.

    Args:
        root: of the project.
        places: of it, files and folders with all that lies in them.
        names: sources or `file:line`, as rows name where they come from.
        ids: of rows.
    """
    files = {file_of(name) for name in names}
    wanted = [one.encode() for one in ids if one]
    return [
        path
        for path in _files(root, places)
        if any(path == Path(name) or str(path).endswith(f"/{name}") for name in files)
        or _holds(root / path, wanted)
    ]


def _files(root: Path, places: Iterable[str]) -> Iterator[Path]:
    """Yield the files of all places, by their path from the root."""
    for place in places:
        whole = root / place
        found = sorted(whole.rglob("*")) if whole.is_dir() else [whole]
        yield from (path.relative_to(root) for path in found if path.is_file())


def _holds(path: Path, wanted: list[bytes]) -> bool:
    """Tell whether one of these stands in a line of the file."""
    with path.open("rb") as file:
        return any(one in line for line in file for one in wanted)
