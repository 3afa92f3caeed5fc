"""DVC's command line, started a third faster, checking what it fetches and whom it sends to."""

import sys
from typing import Any

import psutil

from flows.host_keys import check_host_keys
from tunesmith.stage import collect_rarely


def main() -> int:
    """Run DVC with the words of this process."""
    collect_rarely()  # a third off each start
    psutil.pid_exists = runs
    if {"--pull", "pull"} & set(sys.argv):
        _check_what_is_fetched()
    check_host_keys()
    from dvc.cli import main as dvc

    return int(dvc(sys.argv[1:]))


def _check_what_is_fetched() -> None:
    """Let DVC hash what comes from a remote: by itself it takes a part of a file for the whole.

    `dvc remote modify NAME verify true` does so for DVC without a flow.
    """
    from dvc.data_cloud import Remote

    begin = Remote.__init__

    def checking(self: Any, *place: Any, **settings: Any) -> None:
        begin(self, *place, **{**settings, "verify": True})

    Remote.__init__ = checking


def runs(pid: int) -> bool:
    """Tell whether a process has not ended; DVC asks this of those that hold its locks.

    psutil's own answer is yes for one that was killed and whose parent has not looked, which in
    a container without an init goes on for ever: "is busy, it is being blocked by".
    """
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


if __name__ == "__main__":
    sys.exit(main())
