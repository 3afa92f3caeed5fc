"""DVC's command line in a process that looks for cycles rarely: a third off each start."""

import sys

import psutil

from tunesmith.stage import collect_rarely


def main() -> int:
    """Run DVC with the words of this process."""
    collect_rarely()
    take_no_dead_for_alive()
    from dvc.cli import main as dvc

    return int(dvc(sys.argv[1:]))


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
