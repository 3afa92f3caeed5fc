"""Reads the text of a dvc.lock: which stage made what, from which bytes, with which dials."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from tunesmith.component import Component
from tunesmith.errors import UserError


class Entry(Component):
    """A file or folder and its MD5; that of a folder ends with `.dir`."""

    path: str
    md5: str

    @property
    def is_folder(self) -> bool:
        """Whether the hash is that of a list of files."""
        return self.md5.endswith(".dir")


class StageLock(Component):
    """What one stage read, wrote and was told when it last ran."""

    name: str
    cmd: str
    deps: tuple[Entry, ...]
    outs: tuple[Entry, ...]
    params: dict[str, Any]


class Lock(Component):
    """All stages of one commit."""

    stages: tuple[StageLock, ...]

    @classmethod
    def parse(cls, text: str, where: str) -> "Lock":
        """Read the text of a dvc.lock.

        Args:
            text: of the file.
            where: begins an error, such as `dvc.lock at v0.1.0`.

        Raises:
            UserError: it is no dvc.lock.
        """
        try:
            tree = YAML(typ="safe").load(text) or {}
            stages = tree.get("stages", {}).items()
            return cls(stages=tuple(_stage(name, one) for name, one in stages))
        except (YAMLError, AttributeError, KeyError, TypeError) as error:
            reason = str(error).splitlines()[0]
            raise UserError(f"{where}: not what DVC writes ({reason}); restore it") from None

    def out(self, path: str) -> Entry | None:
        """Return the out that is `path` or a folder that holds it; None if no stage wrote it."""
        return next((out for _, out in self._written() if holds(out.path, path)), None)

    def maker(self, path: str) -> StageLock | None:
        """Return the stage that wrote a path; None for what came from outside."""
        return next((one for one, out in self._written() if holds(out.path, path)), None)

    def makers(self, path: str) -> list[StageLock]:
        """Return the stages that wrote a path, or something in the folder that it is."""
        written = self._written()
        return [one for one, out in written if holds(out.path, path) or holds(path, out.path)]

    def upstream(self, path: str) -> list[StageLock]:
        """Return every stage that a path hangs on, its maker last; each stands after its inputs."""
        ordered: dict[str, StageLock] = {}
        self._visit(path, ordered)
        return list(ordered.values())

    def _visit(self, path: str, ordered: dict[str, StageLock]) -> None:
        """Add the makers of a path after all that they read."""
        for maker in self.makers(path):
            if maker.name not in ordered:
                for dep in maker.deps:
                    self._visit(dep.path, ordered)
                ordered[maker.name] = maker

    def _written(self) -> list[tuple[StageLock, Entry]]:
        """Return every out with the stage that wrote it."""
        return [(stage, out) for stage in self.stages for out in stage.outs]

    def inputs(self, path: str) -> list[Entry]:
        """Return what a path hangs on and no stage wrote: data from outside, and code."""
        deps = (dep for stage in self.upstream(path) for dep in stage.deps)
        return list({dep.path: dep for dep in deps if not self.makers(dep.path)}.values())


def _stage(name: str, found: Mapping[str, Any]) -> StageLock:
    """Return one stage; dials of several files are put together."""
    params: dict[str, Any] = {}
    for keys in (found.get("params") or {}).values():
        params |= keys
    return StageLock(
        name=name,
        cmd=found["cmd"] if isinstance(found["cmd"], str) else "; ".join(found["cmd"]),
        deps=tuple(_entries(found.get("deps"))),
        outs=tuple(_entries(found.get("outs"))),
        params=params,
    )


def _entries(found: list[Mapping[str, Any]] | None) -> Iterator[Entry]:
    """Yield the files and folders of a list that have a hash."""
    for one in found or ():
        if one.get("md5"):
            yield Entry(path=one["path"], md5=one["md5"])


def holds(folder: str, path: str) -> bool:
    """Tell whether one path is another, or a folder above it."""
    return PurePosixPath(path).is_relative_to(folder)


def is_code(path: str) -> bool:
    """Tell whether an input is code of the pipeline, and not data."""
    return path.startswith(("src/", "stages/"))


def folder_md5(files: Mapping[str, str]) -> str:
    """Return the hash that DVC gives a folder.

    Args:
        files: path inside of the folder → MD5.
    """
    listed = [{"md5": files[name], "relpath": name} for name in sorted(files)]
    digest = hashlib.md5(json.dumps(listed).encode(), usedforsecurity=False)
    return f"{digest.hexdigest()}.dir"
