"""Says in one line where a DVC remote is and why it does not answer; no secret is shown."""

import re
from pathlib import Path
from typing import Any

from flows.host_keys import check_host_keys

_NEEDS = re.compile(r"requires '(dvc-s3|dvc-ssh)'")


def fault_of(name: str) -> str | None:
    """Return why a remote does not answer, None if it does; nothing is written to it."""
    from dvc.repo import Repo

    check_host_keys()
    with Repo(".") as repo:
        try:
            odb = repo.cloud.get_remote(name).odb
            return _fault_in(odb)
        except Exception as error:  # each kind of remote has errors of its own
            return plain(str(error).strip().splitlines()[0] if str(error) else type(error).__name__)


def _fault_in(odb: Any) -> str | None:
    """Ask the remote whether its folder is there, or could be made."""
    if odb.fs.exists(odb.path):
        return None
    if odb.fs.protocol == "local":
        file = _file_above(Path(odb.path))
        return f"{file} is no folder" if file else None
    if odb.fs.protocol == "s3":
        bucket = odb.path.split("/")[0]
        return None if odb.fs.exists(bucket) else f"no bucket {bucket}, or none that you may see"
    return None


def _file_above(folder: Path) -> Path | None:
    """Return a file that stands where a folder would have to be."""
    return next((path for path in (folder, *folder.parents) if path.is_file()), None)


def url_of(name: str) -> str:
    """Return where a remote is, without the password that somebody may have put there."""
    from dvc.repo import Repo

    with Repo(".") as repo:
        url = str(repo.config["remote"].get(name, {}).get("url", name))
    return re.sub(r"//([^/@:]*):[^/@]*@", r"//\1:…@", url)


def plain(reason: str) -> str:
    """Return a reason as DVC gave it, said once, and with the way out where there is one."""
    words = reason.removeprefix("unexpected error - ")
    half = words[: len(words) // 2 - 1]
    words = half if words == f"{half}: {half}" else words
    if _NEEDS.search(words):
        return f"{words.split(':')[0]}; `make remotes` does it"
    if words.startswith("Host key is not trusted"):
        return f"{words}: log in once with `ssh` and compare its key with what its owner says"
    return words
