"""`tunesmith verify`: hashes again all that a version's lineage names."""

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flows.history import History, Missing, archived, export, file_md5
from flows.lineage import SOURCES, UNCOMMITTED
from flows.registry import commit_of
from flows.subjects import NOW, TABLES, Subject, candidate_at, subject
from tunesmith.errors import UserError
from tunesmith.files import sha256_file, sha256_tree
from tunesmith.lineage.lock import Entry, folder_md5, is_code

Wrong = tuple[str, str]  # the file, and what is wrong with it


class Verification:
    """One look at a version; counts what was hashed."""

    def __init__(self, found: Subject, history: History, *, here: bool) -> None:
        """Look at a model's commit; `here`: at the files of the working tree too."""
        self.found, self.history, self.here = found, history, here
        self.lock = history.lock(found.rev)
        self.hashed: dict[str, str | None] = {}

    def wrong(self) -> Iterator[Wrong]:
        """Yield every file that is not what it was, or is not to be had."""
        for out in dict.fromkeys(out for stage in self.lock.stages for out in stage.outs):
            yield from self._out(out)
        for dep in self.inputs():
            yield from self._input(dep)
        yield from self._manifest()
        yield from self._sources()

    def inputs(self) -> list[Entry]:
        """Return what no stage wrote, each once."""
        deps = {dep.path: dep for stage in self.lock.stages for dep in stage.deps}
        return [dep for dep in deps.values() if not self.lock.makers(dep.path)]

    def _out(self, out: Entry) -> Iterator[Wrong]:
        """Look at an out: in git or in the cache, and where it lies here."""
        in_git = self.history.git_files(self.found.rev, out.path)
        if in_git:
            if self.history.git_md5(self.found.rev, out) != out.md5:
                yield out.path, "git holds other bytes than dvc.lock says"
        else:
            yield from self._cached(out)
        if self.here and _md5_here(out) not in (None, out.md5):
            yield out.path, "here it is not what dvc.lock says; `dvc checkout` brings it back"

    def _cached(self, entry: Entry) -> Iterator[Wrong]:
        """Hash what the cache holds of an out, file by file."""
        try:
            objects = self.history.objects(entry)
        except Missing as error:
            yield entry.path, str(error).partition(": ")[2]
            return
        except ValueError:
            yield f"{entry.path}/", "DVC's cache holds a damaged list of its files"
            return
        for name, md5 in objects.items():
            if why := self._why_not(md5, name):
                yield name, why

    def _why_not(self, md5: str, name: str) -> str | None:
        """Return what is wrong with an object of the cache; one is hashed once."""
        if md5 not in self.hashed:
            try:
                found = file_md5(self.history.cached(md5, name))
            except Missing as error:
                self.hashed[md5] = str(error).partition(": ")[2]
            else:
                same = found == md5.removesuffix(".dir")
                other = f"DVC's cache holds other bytes (md5 {found[:8]}…, should be {md5[:8]}…)"
                self.hashed[md5] = None if same else other
        return self.hashed[md5]

    def _input(self, dep: Entry) -> Iterator[Wrong]:
        """Look at code and data from outside: what git and `.dvc` files say, and data's bytes."""
        if self.history.git_md5(self.found.rev, dep) != dep.md5:
            what = "code" if is_code(dep.path) else "input"
            yield dep.path, f"the commit holds other {what} than the last run has read"
        for entry in self.history.tracked(self.found.rev):
            if entry.path == dep.path or entry.path.startswith(f"{dep.path}/"):
                yield from self._cached(entry)

    def _manifest(self) -> Iterator[Wrong]:
        """Hold the model's own manifest against tables, code and base."""
        name = f"{self.found.model}/manifest.json"
        try:
            told = self.history.json(self.found.rev, name)
            if told is None:
                return
            for table, sha in told["data"].items():
                path = self.history.path(self.found.rev, TABLES[table])
                if sha256_file(path) != sha:
                    yield TABLES[table], f"not the rows that {name} was trained on"
        except (Missing, UserError, KeyError, ValueError):
            return  # told of already, or no manifest of ours
        if told.get("code_sha256") not in (None, self._code()):
            yield name, "trained by other code than the commit holds"
        yield from _base(told["base"])

    def _code(self) -> str:
        """Return the hash of the code that trained the model, as stage train makes it."""
        maker = self.lock.maker(self.found.model)
        names = [dep.path for dep in maker.deps if is_code(dep.path)] if maker else []
        with tempfile.TemporaryDirectory() as folder:
            export(self.found.rev, names, Path(folder))
            return sha256_tree({name: Path(folder, name) for name in names})

    def _sources(self) -> Iterator[Wrong]:
        """Hold the sources that git keeps against what collect has noted of them."""
        told = (self.history.json(self.found.rev, SOURCES) or {}).get("sources", [])
        for one in told:
            for folder in (dep.path for dep in self.inputs() if dep.is_folder):
                path = f"{folder}/{one['path']}"
                if path in self.history.git_files(self.found.rev, folder):
                    bodies = [b for name, b in archived(self.found.rev, path) if name == path]
                    if bodies and hashlib.sha256(bodies[0]).hexdigest() != one["sha256"]:
                        yield path, f"not the bytes that {SOURCES} names"


def verify(name: str | None, pull: bool) -> int:
    """Print one line for each file that is wrong; return 1 if there is one, else 0.

    Args:
        name: of a version or commit; if not given what is here now, in the working tree too.
        pull: fetch what is not in the cache.

    Raises:
        UserError: there is no such version.
    """
    history = History(pull=pull)
    found = _here(history) if name is None else subject(name, history)
    if found is None:
        raise UserError(f"{name}: no version, stage or commit; `tunesmith registry` lists them")
    look = Verification(found, history, here=name is None)
    wrong = list(dict.fromkeys(look.wrong()))
    for path, why in wrong:
        print(f"{path}: {why}")
    told = f"{found.name}: {len(look.hashed):,} files of DVC's cache hashed again"
    inputs = len(look.inputs())
    print(f"{told}, {inputs:,} inputs and code held against git: {len(wrong)} wrong")
    if not look.hashed and not wrong:
        print(f"it names no output: {UNCOMMITTED}")
    return int(bool(wrong))


def _here(history: History) -> Subject:
    """Return the model of the commit that is checked out."""
    rev = commit_of(NOW)
    return Subject(NOW, rev, candidate_at(rev, history))


def _md5_here(out: Entry) -> str | None:
    """Return the hash of an out in the working tree, None if it is not there."""
    path = Path(out.path)
    if path.is_dir() and out.is_folder:
        files = [one for one in path.rglob("*") if one.is_file()]
        return folder_md5({one.relative_to(path).as_posix(): file_md5(one) for one in files})
    return file_md5(path) if path.is_file() else None


def _base(told: dict[str, object]) -> Iterator[Wrong]:
    """Hash the weights of the base again."""
    from tunesmith.models.descriptor import Descriptor
    from tunesmith.models.resolve import weights_folder

    try:
        base = Descriptor.model_validate(told)
        weights_folder(base)
    except UserError as error:
        yield f"base {told['model']}", str(error)
