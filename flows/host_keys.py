"""Lets DVC send data only to SSH hosts that are known, as `ssh` itself does.

sshfs, through which DVC reaches an SSH remote, takes any key that a host shows, and dvc-ssh has no
option for it: whoever stands between would get the data, and could hand out models of their own.
"""

from functools import cache
from getpass import getuser
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@cache
def check_host_keys() -> None:
    """Have the hosts of SSH remotes looked up in `known_hosts`; unknown ones are refused."""
    if find_spec("dvc_ssh") is None:
        return
    from dvc_ssh import SSHFileSystem

    prepare = SSHFileSystem._prepare_credentials

    def with_known_hosts(self: SSHFileSystem, **config: Any) -> dict[str, Any]:
        # to asyncssh () means the files that `ssh` reads, None that any key will do
        return {"known_hosts": (), **prepare(self, **config)}

    SSHFileSystem._prepare_credentials = with_known_hosts


def is_unguarded(url: str) -> bool:
    """Tell whether `dvc`, typed by a person, would take any key of the host of an SSH remote.

    It would not where their `~/.ssh/config` gives the host a `ProxyCommand`, which is `ssh`.

    Args:
        url: of the remote; one that is not SSH has no such key.
    """
    place = urlsplit(url)
    if place.scheme != "ssh" or find_spec("asyncssh") is None:
        return False
    from asyncssh.config import SSHClientConfig

    file = Path("~/.ssh/config").expanduser()
    files = [str(file)] if file.exists() else []
    whom = (place.username or (), place.hostname or "", place.port or ())
    read = SSHClientConfig.load(None, files, False, False, False, getuser(), *whom)
    return not read.get("ProxyCommand")
