"""Says in one line where a DVC remote is and why it does not answer; no secret is shown."""

import os
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

from flows.host_keys import check_host_keys
from flows.masking import masked

_NEEDS = re.compile(r"requires '(dvc-s3|dvc-ssh)'")


def fault_of(name: str) -> str | None:
    """Return why a remote does not answer or cannot be written to, None if all is well."""
    from dvc.repo import Repo

    check_host_keys()
    with Repo(".") as repo:
        try:
            odb = repo.cloud.get_remote(name).odb
            return _fault_in(odb)
        except Exception as error:  # each kind of remote has errors of its own
            return plain(str(error).strip().splitlines()[0] if str(error) else type(error).__name__)


def _fault_in(odb: Any) -> str | None:
    """Try to write where the remote is."""
    if odb.fs.protocol == "local":
        return _fault_of_folder(Path(odb.path))
    if odb.fs.protocol == "s3" and not odb.fs.exists(bucket := odb.path.split("/")[0]):
        return f"no bucket {bucket}, or none that you may see"
    probe = odb.fs.join(odb.path, f"doctor-{uuid4().hex}")
    odb.fs.pipe_file(probe, b"")
    odb.fs.remove(probe)
    return None


def _fault_of_folder(folder: Path) -> str | None:
    """Return why a folder, which DVC makes when it is needed, cannot be written to."""
    first = next(path for path in (folder, *folder.parents) if path.exists())
    if not first.is_dir():
        return f"{first} is no folder"
    return None if os.access(first, os.W_OK) else f"{first} cannot be written to"


def url_of(name: str | None) -> str:
    """Return where a remote is, without the password that somebody may have put there."""
    from dvc.repo import Repo

    with Repo(".") as repo:
        url = str(repo.config["remote"].get(name, {}).get("url", name))
    return masked(url)


def plain(reason: str) -> str:
    """Return a reason as DVC gave it, said once, and with the way out where there is one."""
    words = masked(reason).removeprefix("unexpected error - ")
    half = words[: len(words) // 2 - 1]
    words = half if words == f"{half}: {half}" else words
    if _NEEDS.search(words):
        return f"{words.split(':')[0]}; `make remotes` does it"
    if words.startswith("Host key is not trusted"):
        return f"{words}: log in once with `ssh` and compare its key with what its owner says"
    return words
