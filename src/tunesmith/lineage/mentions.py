"""Which files that people or services wrote hold a row: they are no table of any version."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tunesmith.lineage.traces import file_of

PLACES = (  # of the working copy; a folder counts with all that lies in it
    *("data/incoming", "data/inbox", "data/ratings", "data/reviews", "data/judge", "data/augment"),
    *("data/written", "data/feedback", "data/proposals"),
    *("data/train/replies.jsonl", "data/evaluation/replies.jsonl"),
)


def mentions(root: Path, names: Iterable[str], ids: Iterable[str]) -> list[Path]:
    """Return the files of `PLACES` that are named, or in which an id stands; sorted.

    Args:
        root: of the project.
        names: sources or `file:line`, as rows name where they come from.
        ids: of rows.
    """
    files = {file_of(name) for name in names}
    wanted = [one.encode() for one in ids if one]
    return [
        path
        for path in _files(root)
        if any(path == Path(name) or str(path).endswith(f"/{name}") for name in files)
        or _holds(root / path, wanted)
    ]


def _files(root: Path) -> Iterator[Path]:
    """Yield the files of all places, by their path from the root."""
    for place in PLACES:
        whole = root / place
        found = sorted(whole.rglob("*")) if whole.is_dir() else [whole]
        yield from (path.relative_to(root) for path in found if path.is_file())


def _holds(path: Path, wanted: list[bytes]) -> bool:
    """Tell whether one of these stands in a line of the file."""
    with path.open("rb") as file:
        return any(one in line for line in file for one in wanted)
