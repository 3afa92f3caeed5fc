"""Runs the trials and writes one page of results each, and their index.

    make encoder
    python -m benchmarks.evaluation_input --data FOLDER [--only sst2 …] [--write docs/results]

FOLDER holds the public sets by name. Each trial runs the stages in a copy of what is under version
control, so this working copy stays as it is; with --runs the copies are kept, and a trial that
ended there is not run again. A section "Notes" at the end of a page is written by hand and stays.
"""

import argparse
import resource
import tempfile
from pathlib import Path

from benchmarks.evaluation_input import Trial
from benchmarks.evaluation_input.banking77 import BANKING77
from benchmarks.evaluation_input.clinc150 import CLINC150
from benchmarks.evaluation_input.pages import write_index, write_page
from benchmarks.evaluation_input.sst2 import SST2
from benchmarks.evaluation_input.thucnews_titles import THUCNEWS_TITLES
from benchmarks.evaluation_input.xsum_outputs import XSUM_OUTPUTS

TRIALS = {one.name: one for one in (SST2, CLINC150, BANKING77, XSUM_OUTPUTS, THUCNEWS_TITLES)}
DONE = ".done"


def run(trial: Trial, data: Path, folder: Path) -> None:
    """Run a trial, unless it ended in this folder before."""
    if (folder / DONE).exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    before = cpu_seconds()
    trial.run(data, folder)
    (folder / DONE).touch()
    print(f"{trial.name}: {(cpu_seconds() - before) / 60:.1f} CPU-minutes")


def cpu_seconds() -> float:
    """Return the CPU time of this process and of those it waited for."""
    each = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in each)


def main() -> None:
    """Run the trials one after the other; write or print their pages."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", nargs="+", choices=TRIALS, default=list(TRIALS))
    parser.add_argument("--write", type=Path, help="folder of the pages")
    parser.add_argument("--runs", type=Path, help="folder to keep the runs in")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        for name in args.only:
            folder = (args.runs or Path(passing)).resolve() / name
            run(TRIALS[name], args.data.resolve(), folder)
            write_page(TRIALS[name], folder, args.write)
    if args.write:
        write_index(TRIALS.values(), args.write)


if __name__ == "__main__":
    main()
