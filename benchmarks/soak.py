"""Makes flow runs in a row against one server and one worker, and looks for what is not given back.

    python -m benchmarks.soak --runs 100 [--minutes 60]

Server, worker and deployments are those of `make ui`, the project is small, and every fifth run
finds new data: it trains, promotes and delivers. Memory, open files, processes and files that grow
from the third quarter of the runs to the last, or a run that did not end well, exit with 1.
"""

import argparse
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from contextlib import chdir, suppress
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.toy_project import call, everything, make_judged
from flows.server import ask

NEWS_EVERY = 5
USUAL = 4  # processes: server and worker, each under its launcher
RUN_SECONDS = 600.0
LIMITS = {  # growth over a hundred runs
    "server memory, MiB": 60.0,
    "worker memory, MiB": 30.0,
    "server open files": 10.0,
    "worker open files": 10.0,
    "processes": 1.0,
    "files in .work": 10.0,
    "files in .dvc/tmp": 10.0,
}
DEPLOYMENT = """\
name: soak
pull:
  - prefect.deployments.steps.set_working_directory:
      directory: "{{ $TUNESMITH_CLONE }}"
deployments:
  - name: soak
    entrypoint: soak.py:scheduled
    work_pool: {name: cpu}
"""


def one_run(url: str, deployment: str) -> tuple[str, float]:
    """Make one run and return the name of its last state, and its seconds."""
    started = time.monotonic()
    made = ask("POST", f"{url}/deployments/{deployment}/create_flow_run", {})
    while time.monotonic() - started < RUN_SECONDS:
        state = ask("GET", f"{url}/flow_runs/{made['id']}")["state"]
        if state["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
            return str(state["name"]), time.monotonic() - started
        time.sleep(0.3)
    return "Never ended", time.monotonic() - started


def sample(family: psutil.Process) -> dict[str, float]:
    """Return what is held now: by the server, by the worker, and on disk."""
    found: dict[str, float] = {"processes": len(family.children(recursive=True))}
    for child in family.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            words = child.cmdline()
            if "prefect" not in words or "flows/launch.py" in " ".join(words):
                continue
            name = "server" if "server" in words else "worker"
            found[f"{name} memory, MiB"] = child.memory_info().rss / 2**20
            found[f"{name} open files"] = child.num_fds()
    for folder in (".work", ".dvc/tmp"):
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        found[f"files in {folder}"] = len(files)
    return found


def wait_until_alone(family: psutil.Process) -> None:
    """Wait for the process of the last run to end; the API knows of its end before."""
    ended = time.monotonic() + 60
    while len(family.children(recursive=True)) > USUAL and time.monotonic() < ended:
        time.sleep(0.2)


def growth(samples: list[dict[str, float]], name: str) -> float:
    """Return how much something grows in a hundred runs, from the third quarter to the last.

    The first half is left out: until then a process fills its pools.
    """
    quarter = max(len(samples) // 4, 1)
    third = statistics.median(one[name] for one in samples[-2 * quarter : -quarter])
    last = statistics.median(one[name] for one in samples[-quarter:])
    return (last - third) / quarter * 100


def main() -> int:
    """Make the runs, print the table, and return 1 if something leaks or a run is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=60.0, help="start no run after these")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder = Path(place, "clone")
        folder.mkdir()
        with chdir(folder):
            return _soak(options.runs, options.minutes)


def _soak(runs: int, minutes: float) -> int:
    """Run in the current folder."""
    make_judged(rounds=1000)
    Path("soak.py").write_text("from flows.scheduled import scheduled\n")
    Path("prefect.yaml").write_text(DEPLOYMENT)
    call("git", "add", "-A")
    call("git", "commit", "-qm", "Deploy")
    call("git", "push", "-q", "origin", "main")
    call("git", "clone", "-q", "../origin.git", "../team")
    samples: list[dict[str, float]] = []
    ended: list[tuple[str, float]] = []
    began = time.monotonic()
    with everything() as (url, family):
        deployment = ask("GET", f"{url}/deployments/name/scheduled-retrain/soak")["id"]
        for number in range(runs):
            if time.monotonic() - began > minutes * 60:
                break
            if number % NEWS_EVERY == 0:
                _add_data(number)
            ended.append(one_run(url, deployment))
            wait_until_alone(family)
            samples.append(sample(family))
            print(number + 1, ended[-1], samples[-1], flush=True)
        states = _states(url)
    return _report(ended, samples, states, time.monotonic() - began)


def _add_data(number: int) -> None:
    """Push new data, as a team would."""
    with chdir("../team"):
        call("git", "pull", "-q")
        call("git", "config", "user.name", "Team")
        call("git", "config", "user.email", "team@example.org")
        Path("raw.txt").write_text(f"{number + 1}\n")
        call("git", "commit", "-qam", f"Data {number + 1}")
        call("git", "push", "-q")


def _states(url: str) -> Counter[str]:
    """Return how many runs the API has in each state, those within others apart."""
    found: Counter[str] = Counter()
    while page := ask("POST", f"{url}/flow_runs/filter", _page(found.total())):
        for one in page:
            inner = " (retrain)" if one["parent_task_run_id"] else ""
            found[one["state"]["name"] + inner] += 1
    return found


def _page(start: int) -> dict[str, int]:
    """Return what to ask for the runs after so many."""
    return {"limit": 200, "offset": start}


def _report(
    ended: list[tuple[str, float]],
    samples: list[dict[str, float]],
    states: Counter[str],
    seconds: float,
) -> int:
    """Print the table and return the exit code."""
    table = Table("figure", "first", "last", "growth in 100 runs", "limit", "", title="Soak")
    leaks = False
    for name, limit in LIMITS.items():
        grown = growth(samples, name)
        leaks |= grown > limit
        cells = f"{samples[0][name]:.0f}", f"{samples[-1][name]:.0f}", f"{grown:+.1f}", f"{limit:g}"
        table.add_row(name, *cells, "leak" if grown > limit else "ok")
    console = Console(width=100)
    console.print(table)
    times = [one for _, one in ended]
    news = -(-len(ended) // NEWS_EVERY)
    expected = {"Completed": news, "Nothing new": len(ended) - news, "Completed (retrain)": news}
    expected = {name: count for name, count in expected.items() if count}
    console.print(f"{len(ended)} runs in {seconds:.0f} s, median {statistics.median(times):.1f} s")
    console.print(f"states: {dict(states)}, expected: {expected}")
    return int(leaks or dict(states) != expected)


if __name__ == "__main__":
    sys.exit(main())
