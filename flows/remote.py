"""Sends what a commit names to the DVC remote, and asks the remote itself whether it is there.

`dvc push` trusts what it remembers of a remote: a file that was lost or cut short in there is
taken to be whole as long as its folder's list is, and a file that is neither here nor there is a
warning. Both would let a commit out that nobody can rebuild.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from flows.host_keys import check_host_keys
from flows.lasting_fault import is_lasting
from flows.masking import masked
from flows.runner import DvcFailed, dvc
from tunesmith.errors import UserError

if TYPE_CHECKING:
    from dvc.repo import Repo

TRIES = 7
PAUSE_SECONDS = 0.5

T = TypeVar("T")


@dataclass(frozen=True)
class Stored:
    """A file, or the list of a folder's files, that DVC keeps under its hash."""

    hash: str
    name: str
    cache: Any
    remote: Any
    is_list: bool = False

    @property
    def size(self) -> int | None:
        """The bytes that it has here, None if it is not here or is not what its hash says."""
        from dvc_objects.errors import ObjectFormatError

        try:
            return int(self.cache.check(self.hash).size)
        except (FileNotFoundError, ObjectFormatError):
            return None


def send(stage: str | None = None, of_git: bool = False) -> bool:
    """Send the outputs of the working tree and DVC's run cache; False if no remote is set.

    A remote that fails now and then is asked again, one that refuses is not.

    Args:
        stage: of whose outputs alone it is asked; of all if not given.
        of_git: send metrics too, which git keeps: without them the run cache restores no stage
            that has some.

    Raises:
        UserError: naming the first file that the remote did not take, or that is nowhere.
    """
    from dvc.repo import Repo

    logging.getLogger("dvc_objects").setLevel(logging.CRITICAL)  # the reasons are told here
    if default() is None:
        return False
    check_host_keys()
    with Repo(".") as repo:
        try:
            place = repo.cloud.get_remote(command="push")
            keeps_versions = _reached(lambda: _keeps_versions(place))
            wanted = [*_stored(repo, stage), *(_kept_by_git(repo) if of_git else ())]
            _send(list({one.hash: one for one in wanted}.values()))
            _send_run_cache(repo)
        except UserError:
            raise
        except Exception as error:  # each kind of remote has its own
            raise UserError(_words(error)) from None
    if keeps_versions:
        try:
            dvc("push", *filter(None, [stage]))
        except DvcFailed as failure:
            raise UserError(failure.reason) from None
    return True


def default() -> str | None:
    """Return the remote that DVC pushes to, None if no default is set."""
    from dvc.repo import Repo

    with Repo(".") as repo:
        return repo.config["core"].get("remote") or None


def _stored(repo: "Repo", stage: str | None) -> Iterator[Stored]:
    """Yield all that the stages and `.dvc` files of the working tree name."""
    outs = [
        out
        for out in repo.index.outs
        if out.use_cache and out.can_push and out.hash_info
        if stage in (None, out.stage.addressing)
    ]
    names = {out.remote for out in outs}
    places = {name: repo.cloud.get_remote(name, "push") for name in names}
    for out in outs:
        place = places[out.remote]
        if _keeps_versions(place):
            continue  # only DVC knows which
        for key, _, file in out.get_obj() or () if out.is_dir_checksum else ():
            yield Stored(file.value, "/".join([out.def_path, *key]), out.cache, place.odb)
        is_list = bool(out.is_dir_checksum)
        yield Stored(out.hash_info.value, out.def_path, out.cache, place.odb, is_list)


def _kept_by_git(repo: "Repo") -> Iterator[Stored]:
    """Yield the files of stages that git keeps and DVC's cache has as well."""
    place = repo.cloud.get_remote(None, "push")
    for out in repo.index.outs:
        if not out.use_cache and out.hash_info and not out.is_dir_checksum:
            one = Stored(out.hash_info.value, out.def_path, out.cache, place.odb)
            if one.size is not None:
                yield one


def _reached(ask: Callable[[], T]) -> T:
    """Return an answer for which a connection is made, to a host that may be away for a moment."""
    for idle in range(1, TRIES):
        try:
            return ask()
        except OSError as error:
            if is_lasting(error):
                raise
        time.sleep(PAUSE_SECONDS * idle)
    return ask()


def _keeps_versions(place: Any) -> bool:
    """Tell whether a remote keeps versions of plain files, and nothing under its hash."""
    return bool(place.worktree or place.fs.version_aware)


def _send(wanted: list[Stored]) -> None:
    """Upload what the remote lacks or has only a part of, until it lacks nothing.

    Raises:
        UserError: naming the first file that did not arrive, with the reason.
    """
    reasons: dict[str, BaseException] = {}
    idle, is_refused = 0, False
    while idle < TRIES and not is_refused:
        time.sleep(PAUSE_SECONDS * idle)
        lacking = _lacking(wanted, reasons)
        if not lacking:
            return
        idle = 0 if len(lacking) < len(wanted) else idle + 1
        wanted = lacking
        lost = [one for one in wanted if one.size is None and one.hash not in reasons]
        if lost:
            raise UserError(
                f"{lost[0].name} is neither in it nor in the cache here; run the stage that makes "
                "it again: `tunesmith rerun --from STAGE`"
            )
        failed = _upload([one for one in wanted if not one.is_list])
        if not failed:
            failed = _upload([one for one in wanted if one.is_list])  # it vouches for its files
        reasons.update(failed)
        is_refused = any(map(is_lasting, failed.values()))
    first = next((one for one in wanted if one.hash in reasons), wanted[0])
    why = _words(reasons[first.hash]) if first.hash in reasons else "it does not stay there"
    raise UserError(f"{first.name}: {why}")


def _lacking(wanted: list[Stored], reasons: dict[str, BaseException]) -> list[Stored]:
    """Return what the remote does not have with the size that it has here."""
    lacking = []
    for remote, part in _by_remote(wanted):
        paths = [remote.oid_to_path(one.hash) for one in part]
        answers = remote.fs.info(paths, return_exceptions=True)
        for one, answer in zip(part, answers, strict=True):
            if isinstance(answer, Exception):
                if not isinstance(answer, FileNotFoundError):
                    reasons[one.hash] = answer
                lacking.append(one)
            elif None not in (one.size, answer.get("size")) and one.size != answer["size"]:
                with suppress(Exception):  # a store that cannot delete may still overwrite
                    remote.delete(one.hash)
                lacking.append(one)
    return lacking


def _upload(wanted: list[Stored]) -> dict[str, BaseException]:
    """Copy what is in the cache to where it belongs; return, by hash, why something did not go.

    A refusal to say what is there is none to take it: an S3 key may be allowed only the latter.
    """
    failed: dict[str, BaseException] = {}
    for remote, part in _by_remote([one for one in wanted if one.size is not None]):
        cache, names = part[0].cache, [one.hash for one in part]
        paths = [cache.oid_to_path(name) for name in names]
        try:
            remote.add(
                paths,
                cache.fs,
                names,
                check_exists=False,
                verify=False,
                batch_size=remote.fs.jobs,
                on_error=failed.__setitem__,
            )
        except Exception as error:  # each kind of remote has its own
            failed[names[0]] = error
    return failed


def _by_remote(wanted: list[Stored]) -> Iterator[tuple[Any, list[Stored]]]:
    """Yield each remote with what belongs there."""
    for remote in {id(one.remote): one.remote for one in wanted}.values():
        yield remote, [one for one in wanted if one.remote is remote]


def _send_run_cache(repo: "Repo") -> None:
    """Send the record of which inputs gave which outputs; without it others only run more."""
    from dvc.stage.cache import RunCacheNotSupported

    with suppress(RunCacheNotSupported):
        repo.stage_cache.push(None)


def _words(error: BaseException) -> str:
    """Return an error in one line."""
    return masked(" ".join(str(error).split())) or type(error).__name__
