"""How many threads a process computes with; set in its environment before torch is imported."""

import math
import os
from collections.abc import MutableMapping
from pathlib import Path

THREADS = "OMP_NUM_THREADS"
CHOSEN = "TUNESMITH_THREADS"  # equal to THREADS where that is our choice and not the user's
PROCESSES = "LOCAL_WORLD_SIZE"  # what launchers call the processes of one host
QUOTA = Path("/sys/fs/cgroup/cpu.max")


def set_threads(environment: MutableMapping[str, str], threads: int | None = None) -> None:
    """Choose the number of threads where the default would be wrong and the user said nothing.

    The default is right for one process that may use every core. Of several each gets its share:
    threads that wait for a core while others spin cost ten times the seconds.

    Args:
        environment: is changed; it holds how many processes the host runs, if more than one.
        threads: asked for; None shares the cores.
    """
    if THREADS in environment:
        return
    processes = int(environment.get(PROCESSES, "1"))
    share = threads or max(1, usable_cores() // processes)
    if threads or processes > 1 or share < (os.cpu_count() or 1):
        environment[THREADS] = environment[CHOSEN] = str(share)


def forget_threads(environment: MutableMapping[str, str]) -> None:
    """Take our own choice back, so that a process started from here chooses for itself."""
    if environment.pop(CHOSEN, None) == environment.get(THREADS, ""):
        environment.pop(THREADS, None)


def usable_cores() -> int:
    """Return how many cores this process may use: of a container's quota, or of its affinity."""
    given = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(given or 1, _quota()))


def _quota(file: Path = QUOTA) -> int:
    """Return the cores that the container's quota is worth; without one, a large number."""
    try:
        quota, period = file.read_text(encoding="ascii").split()
        return math.ceil(int(quota) / int(period))
    except (OSError, ValueError):  # no file, or `max`
        return 1_000_000
