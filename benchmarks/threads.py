"""What threads that spin cost on a busy machine: the same small products, three ways to wait.

`python -m benchmarks.threads` prints wall and CPU seconds as ratios to one thread, beside as many
busy processes as there are cores; `python -m benchmarks.threads 0` beside none.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

WORK = """
import json, time, torch
a = torch.randn(96, 96)
for _ in range(20): a @ a
wall, cpu = time.perf_counter(), time.process_time()
for _ in range(400): torch.tanh(a @ a)
print(json.dumps([time.perf_counter() - wall, time.process_time() - cpu]))
"""
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
SPINNING = {"OMP_WAIT_POLICY": "ACTIVE", "GOMP_SPINCOUNT": "30000000000"}
PASSIVE = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0"}
WAYS = {
    "1 thread": {"OMP_NUM_THREADS": "1"},
    f"{CORES} threads, as they come": {"OMP_NUM_THREADS": str(CORES)},
    f"{CORES} threads that spin": {"OMP_NUM_THREADS": str(CORES), **SPINNING},
    f"{CORES} threads that wait passively": {"OMP_NUM_THREADS": str(CORES), **PASSIVE},
}


def main() -> None:
    """Print a table; an argument is the number of busy processes."""
    others = int(sys.argv[1]) if len(sys.argv) > 1 else CORES
    with busy(others):
        seconds = {way: middle_of_three(settings) for way, settings in WAYS.items()}
    wall, cpu = seconds["1 thread"]
    print(f"| beside {others} busy processes | wall, in that of 1 thread | CPU |\n|---|--:|--:|")
    for way, (its_wall, its_cpu) in seconds.items():
        print(f"| {way} | {its_wall / wall:.1f} | {its_cpu / cpu:.1f} |")


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """Keep so many processes computing."""
    command = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(command) for _ in range(processes)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def middle_of_three(settings: dict[str, str]) -> tuple[float, float]:
    """Return the middle wall seconds and the middle CPU seconds of three processes."""
    walls, cpus = zip(*(measured(settings) for _ in range(3)), strict=True)
    return sorted(walls)[1], sorted(cpus)[1]


def measured(settings: dict[str, str]) -> tuple[float, float]:
    """Return wall and CPU seconds of the work in a process with these settings."""
    ours = ("OMP_NUM_THREADS", *SPINNING)
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    command = [sys.executable, "-c", WORK]
    done = subprocess.run(command, env=environment | settings, capture_output=True, check=True)
    wall, cpu = json.loads(done.stdout)
    return wall, cpu


if __name__ == "__main__":
    main()
