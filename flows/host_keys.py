"""Lets DVC send data only to SSH hosts that are known, as `ssh` itself does.

sshfs, through which DVC reaches an SSH remote, takes any key that a host shows, and dvc-ssh has no
option for it: whoever stands between would get the data, and could hand out models of their own.
"""

from functools import cache
from importlib.util import find_spec
from typing import Any


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
