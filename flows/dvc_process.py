"""DVC's command line as the flow starts it.

It looks for cycles rarely, which takes a third off each start, and checks whom it sends data to.
"""

import sys

from flows.host_keys import check_host_keys
from tunesmith.stage import collect_rarely


def main() -> int:
    """Run DVC with the words of this process."""
    collect_rarely()
    check_host_keys()
    from dvc.cli import main as dvc

    return int(dvc(sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
