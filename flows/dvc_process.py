"""DVC's command line in a process that looks for cycles rarely: a third off each start."""

import sys

from tunesmith.stage import collect_rarely


def main() -> int:
    """Run DVC with the words of this process."""
    collect_rarely()
    from dvc.cli import main as dvc

    return int(dvc(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
