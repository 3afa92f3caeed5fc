"""DVC's command line, started a third faster, checking what it fetches and whom it sends to."""

import sys
from typing import Any

import psutil

from flows.host_keys import check_host_keys
from tunesmith.stage import collect_rarely


def main() -> int:
    """Run DVC with the words of this process."""
    collect_rarely()  # a third off each start
    take_no_dead_for_alive()
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


def take_no_dead_for_alive() -> None:
    """Let DVC, in this process, take no lock for held whose holder has ended.

    It asks psutil, whose answer is yes for a process that was killed and whose parent has not
    looked: "is busy, it is being blocked by", in a container without an init for ever.
    """
    psutil.pid_exists = runs


def runs(pid: int) -> bool:
    """Tell whether there is a process that has not ended."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


if __name__ == "__main__":
    sys.exit(main())
