"""Reads what earlier commits hold, of git and of DVC, without checking them out."""

import hashlib
import io
import json
import logging
import subprocess
import tarfile
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from ruamel.yaml import YAML

from flows.dag import DVC_LOCK
from flows.host_keys import check_host_keys
from flows.repository import git, succeeds
from tunesmith.errors import UserError
from tunesmith.lineage.lock import Entry, Lock, folder_md5


class Missing(UserError):  # noqa: N818
    """A commit names it, but it is not in DVC's cache here."""


class History:
    """The files of all commits; what DVC keeps is read from its cache, or fetched if asked to."""

    def __init__(self, *, pull: bool = False) -> None:
        """Read from here; `pull` lets DVC fetch what is only in the remote."""
        self.pull = pull
        self._locks: dict[str, Lock] = {}
        self._files: dict[tuple[str, str], dict[str, str]] = {}

    def lock(self, rev: str) -> Lock:
        """Return the dvc.lock of a commit, empty if it has none."""
        if rev not in self._locks:
            text = self.text(rev, str(DVC_LOCK)) or ""
            self._locks[rev] = Lock.parse(text, f"{DVC_LOCK} at {rev}")
        return self._locks[rev]

    def text(self, rev: str, path: str) -> str | None:
        """Return the text of a file of git, None if the commit has no such file."""
        if not succeeds("cat-file", "-e", f"{rev}:{path}"):
            return None
        return git("show", f"{rev}:{path}")

    def json(self, rev: str, path: str) -> Any:
        """Return a JSON file of git or of DVC, None if the commit has no such file."""
        text = self.text(rev, path)
        if text is None and self.entry(rev, path) is not None:
            text = self.path(rev, path).read_text(encoding="utf-8")
        return None if text is None else json.loads(text)

    def entry(self, rev: str, path: str) -> Entry | None:
        """Return the out or tracked file of a commit that is a path or holds it."""
        return self.lock(rev).out(path) or self._tracked(rev, path)

    def path(self, rev: str, path: str) -> Path:
        """Return where DVC's cache holds a file of a commit.

        Raises:
            UserError: the commit names no such file.
            Missing: it is not in the cache, and nothing could be fetched.
        """
        entry = self.entry(rev, path)
        if entry is None:
            raise UserError(f"{path}: commit {short(rev)} has no such output")
        if not entry.is_folder:
            return self.cached(entry.md5, path)
        inside = str(PurePosixPath(path).relative_to(entry.path))
        names = self.inside(entry)
        if inside not in names:
            raise UserError(f"{path}: {entry.path} of commit {short(rev)} has no such file")
        return self.cached(names[inside], path)

    def inside(self, entry: Entry) -> dict[str, str]:
        """Return path inside of it → MD5 of every file of a folder that DVC keeps."""
        listed = json.loads(self.cached(entry.md5, entry.path).read_text(encoding="utf-8"))
        return {one["relpath"]: one["md5"] for one in listed}

    def cached(self, md5: str, name: str) -> Path:
        """Return where the cache holds what has a hash; it is fetched if that is allowed.

        Raises:
            Missing: it is not there; `name` is what it is called.
        """
        place = self.place(md5)
        if not place.exists() and self.pull:
            self._fetch(md5, name)
        if not place.exists():
            raise Missing(
                f"{name} ({md5[:8]}…): not in DVC's cache here; `--pull` fetches it from the remote"
            )
        return place

    def place(self, md5: str) -> Path:
        """Return where DVC's cache has or would have what has a hash."""
        return Path(self._repo.cache.local.oid_to_path(md5))

    def git_files(self, rev: str, path: str) -> dict[str, str]:
        """Return name → MD5 of a file of git, or of all files of a folder; empty if there is none.

        What `.dvc` files name counts as well: DVC hashes a folder with the data that lies in it.
        """
        if (rev, path) not in self._files:
            self._files[rev, path] = self._hashed(rev, path) if self._is_in_git(rev, path) else {}
        return self._files[rev, path]

    def git_md5(self, rev: str, entry: Entry) -> str | None:
        """Return the MD5 of what git holds under a path, as DVC counts it; None: nothing."""
        files = self.git_files(rev, entry.path)
        if not entry.is_folder:
            return files.get(entry.path)
        return folder_md5({name[len(entry.path) + 1 :]: md5 for name, md5 in files.items()})

    def objects(self, entry: Entry) -> dict[str, str]:
        """Return name → MD5 of all that the cache holds of an entry, a folder's list among it."""
        if not entry.is_folder:
            return {entry.path: entry.md5}
        files = {f"{entry.path}/{name}": md5 for name, md5 in self.inside(entry).items()}
        return {f"{entry.path}/": entry.md5, **files}

    def tracked(self, rev: str) -> list[Entry]:
        """Return the data of a commit that `.dvc` files name."""
        names = git("ls-tree", "-r", "--name-only", "-z", rev).split("\0")
        paths = [name.removesuffix(".dvc") for name in names if name.endswith(".dvc")]
        return [one for path in paths if (one := self._tracked(rev, path))]

    def in_remote(self, md5: str) -> bool | None:
        """Tell whether the default remote has what has a hash; None if there is no remote.

        Raises:
            UserError: it does not answer.
        """
        if self._remote is None:
            return None
        try:
            return bool(self._remote.exists(md5))
        except Exception as error:  # each kind of remote has its own
            raise UserError(f"the DVC remote does not answer: {error}") from None

    def _hashed(self, rev: str, path: str) -> dict[str, str]:
        """Hash what git holds below a path, and add what `.dvc` files name there."""
        found = {}
        for name, body in archived(rev, path):
            found[name] = hashlib.md5(body, usedforsecurity=False).hexdigest()
            if name.endswith(".dvc"):
                for out in YAML(typ="safe").load(body.decode())["outs"]:
                    found[str(PurePosixPath(name).with_name(out["path"]))] = out["md5"]
        return {name: md5 for name, md5 in found.items() if not self._ignored(name)}

    def _ignored(self, name: str) -> bool:
        """Tell whether DVC leaves a file out of a folder's hash."""
        return bool(self._repo.dvcignore.is_ignored_file(str(Path(name).absolute())))

    def _is_in_git(self, rev: str, path: str) -> bool:
        """Tell whether a commit has a path."""
        return succeeds("cat-file", "-e", f"{rev}:{path}")

    def _tracked(self, rev: str, path: str) -> Entry | None:
        """Return what a `.dvc` file of a commit says of a path or of a folder above it."""
        for one in (PurePosixPath(path), *PurePosixPath(path).parents[:-1]):
            text = self.text(rev, f"{one}.dvc")
            if text is not None:
                [out] = YAML(typ="safe").load(text)["outs"]
                return Entry(path=str(one), md5=out["md5"])
        return None

    def _fetch(self, md5: str, name: str) -> None:
        """Let DVC fetch what has a hash, and keep it only if it has."""
        from dvc_data.hashfile.hash_info import HashInfo

        check_host_keys()
        logging.getLogger("dvc").setLevel(logging.ERROR)  # what lacks is told here
        try:
            self._repo.cloud.pull([HashInfo("md5", md5)])
        except Exception as error:  # each kind of remote has its own
            raise Missing(f"{name} ({md5[:8]}…): the DVC remote did not give it: {error}") from None
        place = self.place(md5)
        if place.exists() and file_md5(place) != md5.removesuffix(".dir"):
            place.unlink()
            raise Missing(f"{name} ({md5[:8]}…): the DVC remote holds other bytes under this hash")

    @cached_property
    def _repo(self) -> Any:
        """Return the project of the current folder."""
        from dvc.repo import Repo

        return Repo(".")

    @cached_property
    def _remote(self) -> Any:
        """Return where the default remote keeps files by their hash, None if none is set."""
        if not self._repo.config["core"].get("remote"):
            return None
        check_host_keys()
        return self._repo.cloud.get_remote().odb


def export(rev: str, paths: list[str], folder: Path) -> None:
    """Write files and folders of a commit below a folder."""
    for path in paths:
        for name, body in archived(rev, path):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(body)


def file_md5(path: Path) -> str:
    """Return the MD5 of a file's bytes, which is what DVC calls it by."""
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, lambda: hashlib.md5(usedforsecurity=False))
    return digest.hexdigest()


def short(rev: str) -> str:
    """Return a commit or tag as people write it."""
    return rev[:7] if len(rev) == 40 else rev


def archived(rev: str, path: str) -> list[tuple[str, bytes]]:
    """Return name and bytes of every file that a commit has below a path."""
    done = subprocess.run(
        ["git", "archive", "--format=tar", rev, "--", path], capture_output=True, check=True
    )
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        members = [one for one in tar.getmembers() if one.isfile()]
        return [(one.name, handle.read()) for one in members if (handle := tar.extractfile(one))]
