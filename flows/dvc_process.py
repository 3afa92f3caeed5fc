"""DVC's command line in a process that looks for cycles rarely: a third off each start."""

import sys

import psutil

from tunesmith.stage import collect_rarely


def main() -> int:
    """Run DVC with the words of this process."""
    collect_rarely()
    psutil.pid_exists = runs
    from dvc.cli import main as dvc

    return int(dvc(sys.argv[1:]))


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
