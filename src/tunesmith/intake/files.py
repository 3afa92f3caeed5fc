"""Finds the files to look at, and for each the source of params.yaml that will read it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tunesmith.errors import UserError
from tunesmith.files import sha256_file
from tunesmith.sources import CollectParams
from tunesmith.sources.base import Batch, SourceBase
from tunesmith.sources.file import FileSource
from tunesmith.sources.mixture import MixtureSource


class Dropped(NamedTuple):
    """A file that somebody dropped.

    Attributes:
        path: where it lies.
        folder: where its name starts.
        source: that will read it; for a file that none reads, one without options.
        is_read: a source of params.yaml reads it.
    """

    path: Path
    folder: Path
    source: SourceBase
    is_read: bool

    @property
    def name(self) -> str:
        """The name that its rows carry."""
        return self.path.relative_to(self.folder).as_posix()

    def batch(self) -> Batch:
        """Open the file as its source does.

        Raises:
            UserError: it cannot be read.
        """
        for batch in self.source.batches(self.folder):
            if batch.name == self.name:
                return batch
        raise UserError(f"{self.path}: its source does not read it any more; run again")


def dropped(
    paths: Sequence[Path], collect: CollectParams, before: Mapping[str, str]
) -> Iterator[Dropped]:
    """Yield the files that are named, and those of a named folder that are new or have changed.

    Args:
        paths: files and folders.
        collect: the sources that will read them.
        before: name → SHA-256 of the files that the last run read.

    Raises:
        UserError: nothing is there.
    """
    readers = dict(_readers(collect))
    for path in paths:
        for file in _files(path):
            one = _dropped(file, collect.folder, readers)
            if path.is_file() or before.get(one.name) != sha256_file(file) or not one.is_read:
                yield one


def _files(path: Path) -> list[Path]:
    """Return a file, or the files of a folder but for what lies beside data.

    Raises:
        UserError: there is none.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise UserError(f"{path}: no such file or folder")
    files = sorted(
        file
        for file in path.rglob("*")
        if file.is_file() and not any(map(_is_beside, file.relative_to(path).parts))
    )
    if not files:
        raise UserError(f"{path}: no file here; copy yours into it, or name it instead")
    return files


def _is_beside(name: str) -> bool:
    """Tell whether a name is no data's: hidden, a note, or what DVC writes of a file."""
    return name.startswith((".", "README")) or name.endswith(".dvc")


def _dropped(file: Path, folder: Path, readers: Mapping[Path, SourceBase]) -> Dropped:
    """Return a file with the source that reads it."""
    source = readers.get(file.resolve())
    if source is None:
        inside = file.resolve().is_relative_to(folder.resolve())
        place = _beneath(file, folder) if inside else file
        start = folder if inside else file.parent
        name = place.relative_to(start).as_posix()
        return Dropped(place, start, FileSource(path=name), is_read=False)
    place = _beneath(file, folder)
    if isinstance(source, FileSource):
        name = place.relative_to(folder).as_posix()
        source = source.model_copy(update={"path": name})
    return Dropped(place, folder, source, is_read=True)


def _beneath(file: Path, folder: Path) -> Path:
    """Return the path of a file of the folder, written as the folder is."""
    return folder / file.resolve().relative_to(folder.resolve())


def _readers(collect: CollectParams) -> Iterator[tuple[Path, SourceBase]]:
    """Yield each file that the sources read, with its source; of several, the first is the last."""
    plain: list[SourceBase] = []
    for source in collect.sources:
        if isinstance(source, MixtureSource):
            plain += [part.source for part in source.parts]
        else:
            plain.append(source)
    for one in reversed(plain):
        for name in _names(one, collect.folder):
            yield (collect.folder / name).resolve(), one


def _names(source: SourceBase, folder: Path) -> list[str]:
    """Return the names of the files that a source reads; what is missing is not looked for here."""
    try:
        if isinstance(source, FileSource):
            return source.names(folder)
        if source.kind in {"dataset_info", "entries"}:
            return [batch.name for batch in source.batches(folder)]
    except UserError:
        pass
    return []
