"""Lets everything go wrong that the tests marked `fault` know, and prints what came of it.

    python -m benchmarks.faults [--turns 20] [words for pytest]
    python -m benchmarks.faults --told tests.xml

One row for what a test saw: the fault by its number or name, what happened, and how many seconds
of work were lost, which the next run had to do again. It ends with 1 if a test failed. `--turns` is
how often F7 lets two stages run at once (the tests of the project: 3); words for pytest leave tests
out, such as `-k f5` or `tests/faults`. `--told` prints what a run of all tests has told already
(`PYTEST_ADDOPTS="-o junit_family=xunit1 --junitxml=tests.xml" make test-flow`).
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
NAME = re.compile(
    r"test_(?:f(\d+)"
    r"|(clock_jump|unreliable_remote|disk_full|two_schedulers|secrets|older_worker))_"
)
WITHOUT_A_NUMBER = 99


class Fault(NamedTuple):
    """What a test saw."""

    number: int
    name: str
    words: str
    happened: str
    lost_seconds: float
    passed: bool


def main() -> int:
    """Run the tests and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument("--told", type=Path)
    options, words = parser.parse_known_args()
    if options.told:
        return show(sorted(read(options.told)))
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "tests.xml"
        told_as = ["-o", "junit_family=xunit1", f"--junitxml={told}"]
        command = [sys.executable, "-m", "pytest", "-m", "fault", *told_as, *words]
        env = {**os.environ, "TUNESMITH_F7_TURNS": str(options.turns)}
        code = subprocess.run(command, cwd=ROOT, env=env, stdout=sys.stderr, check=False).returncode
        return show(sorted(read(told))) or code


def show(faults: list[Fault]) -> int:
    """Print the table and return the exit code."""
    print("| fault | what happened | work lost, s |\n|---|---|--:|")
    for line in dict.fromkeys(map(row, faults)):  # once for tests that differ in their shell
        print(line)
    return int(not faults or not all(fault.passed for fault in faults))


def read(told: Path) -> Iterator[Fault]:
    """Yield what the tests of a JUnit file saw; one that was skipped saw nothing."""
    for case in ET.parse(told).iter("testcase"):
        name = case.attrib["name"]
        found = NAME.match(name)
        if found is None or case.find("skipped") is not None:
            continue
        seen = {one.attrib["name"]: one.attrib["value"] for one in case.iter("property")}
        yield Fault(
            number=int(found[1] or WITHOUT_A_NUMBER),
            name=f"F{found[1]}" if found[1] else found[2].replace("_", " "),
            words=name[found.end() :].partition("[")[0].replace("_", " "),
            happened=seen.get("happened", ""),
            lost_seconds=float(seen.get("lost_seconds", 0)),
            passed=case.find("failure") is None and case.find("error") is None,
        )


def row(fault: Fault) -> str:
    """Return the row of a fault; of one that was not survived, what should have come of it."""
    if not fault.passed:
        return f"| {fault.name} | **failed**: {fault.words} | |"
    return f"| {fault.name} | {fault.happened or fault.words} | {fault.lost_seconds:.1f} |"


if __name__ == "__main__":
    sys.exit(main())
