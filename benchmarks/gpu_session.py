"""Runs everything that only a GPU can say, part by part, and keeps what each part printed.

`python -m benchmarks.gpu_session packs8 tests --out FOLDER [--limit 570]`: parts run one after the
other, each command ends after so many seconds of the whole; `--list` prints the commands. Part
`pair` wants two GPUs, all others use one. `python -m` needs the project and its `src` on the path.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

TRAIN = ["-m", "benchmarks.train_gpu", "--steps", "10"]
TESTS = ["-m", "pytest", "-m", "gpu", "-q", "-rfEs", "-p", "no:cacheprovider", "--no-header"]
LENGTHS = ["2048", "4096", "8192", "16384", "32768"]
PARTS: dict[str, list[list[str]]] = {
    "packs1": [  # when does a longer pack stop to pay?
        [*TRAIN, "--only", "1B", "--packs", "1024", *LENGTHS, "65536"],
        [*TRAIN, "--only", "1B", "--packs", "8192", "16384", "32768", "--long"],
        [*TRAIN, "--only", "1B", "--packs", "8192", "16384", "32768", "--kind", "qlora"],
    ],
    "packs8": [
        [*TRAIN, "--only", "8B", "--packs", "1024", *LENGTHS],
        [*TRAIN, "--only", "8B", "--packs", "4096", "8192", "16384", "--kind", "qlora"],
        [*TRAIN, "--only", "8B", "--packs", "8192", "16384", "--long"],
    ],
    "settings": [  # with no dial touched: which packs are chosen, and does 8B fit 24 GB?
        [*TRAIN, "--only", "1B", "8B", "--settings", "Tunesmith", "Tunesmith, QLoRA, 24 GB"],
        [*TRAIN, "--only", "8B", "--settings", "Tunesmith, QLoRA, checkpointing"],
        [*TRAIN, "--only", "1B", "8B", "--settings", "TRL, tuned"],
    ],
    "tests": [
        [*TESTS, "tests/tunesmith/fast", "tests/tunesmith/training/test_on_gpu.py"],
        [*TESTS, "tests/tunesmith/methods", "tests/tunesmith/decoding"],
    ],
    "generate": [
        ["-m", "benchmarks.generate", "--new-tokens", "48", "--alone", "32"],
        ["-m", "benchmarks.generate", "--new-tokens", "48", "--alone", "32", "--half"],
        ["-m", "benchmarks.decoding"],
        ["-m", "benchmarks.online", "step", "--shape", "1B", "--repeats", "1"],
    ],
    "advice": [["-m", "benchmarks.advice", "--gpu", "full", "freeze", "ia3"]],
    "pair": [[*TESTS, "-s", "tests/tunesmith/training/devices/test_killed_pair.py"]],
}


def main() -> None:
    """Run the parts that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART")
    parser.add_argument("--out", type=Path, default=Path(), help="folder of what is printed")
    parser.add_argument("--limit", type=float, default=570, help="seconds of all parts")
    parser.add_argument("--list", action="store_true", help="print the commands of all parts")
    given = parser.parse_args()
    if given.list:
        for part, commands in PARTS.items():
            print("\n".join(f"{part}: python {' '.join(one)}" for one in commands))
        return
    ends = time.monotonic() + given.limit
    given.out.mkdir(parents=True, exist_ok=True)
    for part in given.parts:
        for number, command in enumerate(PARTS[part], 1):
            run(command, given.out / f"{part}-{number}.txt", ends - time.monotonic())


def run(command: list[str], kept: Path, seconds: float) -> None:
    """Run one command, show and keep what it prints, and end it when its time is over."""
    if seconds <= 0:
        print(f"{kept.stem}: no time is left", flush=True)
        return
    words = " ".join(command)
    print(f"--- {kept.stem}: python {words}", flush=True)
    started, why = time.monotonic(), ""
    with kept.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, *command],
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            why = ", ended: its time was over"
            process.wait()
    print(kept.read_text(errors="replace").rstrip()[-6000:])
    took = time.monotonic() - started
    print(f"--- {kept.stem}: code {process.returncode}, {took:.0f} s{why}", flush=True)


if __name__ == "__main__":
    main()
