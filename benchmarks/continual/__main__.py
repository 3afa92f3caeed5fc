"""Teaches an encoder tasks one after another, and prints what is left of each.

`python -m benchmarks.continual --data FOLDER [--sequence own] [--processes 16]`: FOLDER holds
`clinc150`. A sequence is one of

- shared: five domains of CLINC150, five intents each. All share five outputs, as answers in words
  share a vocabulary: a label is the number of its intent in its domain. Harsh: what an output
  means changes from task to task.
- own: the same rows, every intent with an output of its own.

A seed trains a one-layer encoder on the labels that no task has, which makes the base, and draws
the rows and the order of the tasks; `--base FOLDER` starts from another encoder instead. Each way
goes on from phase to phase with one LoRA adapter, at as many optimizer steps as any other; joint
training sees all rows at once in as many steps. With `--choose SEED` a seed that is not printed
chooses, for each way, its rate and the dial of its own by the average accuracy. Scores are
accuracies on rows that nothing is trained on.
"""

import argparse
import json
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.continual.learn import EPOCHS, JOINT, RATE, Job, learnt
from benchmarks.continual.sequences import KINDS, Sequence, make_sequence
from benchmarks.continual.table import table
from benchmarks.continual.ways import WAYS
from benchmarks.parallel import done

Dials = tuple[float, float | None]  # learning rate, and the value of a way's own dial


def main() -> None:
    """Print the table, and with --json what it is made of."""
    asked = _asked()
    found = [one for path in asked.read for one in json.loads(path.read_text(encoding="utf-8"))]
    found = found or measured(asked)
    print("\n".join(table(found, [way for way in asked.only if way in found[0]])))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def measured(asked: Any) -> list[dict[str, Any]]:
    """Return, for each seed, what is measured of each way."""
    with tempfile.TemporaryDirectory() as folder:
        begin = partial(begun, asked.sequence, asked.data, asked.base, Path(folder))
        needed = [*asked.seeds, *([] if asked.choose is None else [asked.choose])]
        every = {one.seed: one for _, one in done(begin, needed, asked.processes)}
        ways = [JOINT, *asked.only]
        dials: dict[str, Dials] = dict.fromkeys(ways, (asked.rates[0], None))
        if asked.choose is not None:
            dials = chosen(asked, every[asked.choose], ways)
        jobs = [
            Job(every[seed], way, dials[way][0], asked.epochs, dials[way][1])
            for way in ways
            for seed in asked.seeds
        ]
        found: dict[int, dict[str, Any]] = {seed: {} for seed in asked.seeds}
        for job, result in done(learnt, jobs, asked.processes):
            found[job.sequence.seed][job.way] = result
            print(f"seed {job.sequence.seed}, {job.way}: {result['average']:.3f}", flush=True)
    return list(found.values())


def chosen(asked: Any, sequence: Sequence, ways: list[str]) -> dict[str, Dials]:
    """Return, by way, the rate and the value of its dial with the highest average on a seed."""
    jobs = [
        Job(sequence, way, rate, asked.epochs, value)
        for way in ways
        for rate in asked.rates
        for value in (values_of(way) or (None,))
    ]
    best: dict[str, tuple[float, Dials]] = {}
    for job, found in done(learnt, jobs, asked.processes):
        value = "" if job.value is None else f", dial {job.value:g}"
        said = f"average {found['average']:.3f}, forgetting {found.get('forgetting', 0):.3f}"
        print(f"seed {sequence.seed}, {job.way}, rate {job.rate:g}{value}: {said}", flush=True)
        if job.way not in best or found["average"] > best[job.way][0]:
            best[job.way] = found["average"], (job.rate, job.value)
    for way in ways:
        print(f"chosen for {way}: {best[way][1]}", flush=True)
    return {way: dials for way, (_, dials) in best.items()}


def values_of(way: str) -> tuple[float, ...]:
    """Return the values of a way's dial that are tried."""
    tried = WAYS[way].tried if way in WAYS else None
    return tried[1] if tried else ()


def begun(kind: str, data: Path, base: Path | None, work: Path, seed: int) -> Sequence:
    """Return the sequence of a seed."""
    return make_sequence(kind, data, base, seed, work / str(seed))


def _asked() -> argparse.Namespace:
    """Return what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sequence", choices=KINDS, default="shared")
    parser.add_argument("--base", type=Path, help="folder of an encoder to start from")
    parser.add_argument("--seeds", nargs="+", type=int, default=list(range(5)))
    parser.add_argument("--choose", type=int, help="a seed that chooses rates and dials")
    parser.add_argument("--only", nargs="*", default=list(WAYS), choices=WAYS)
    parser.add_argument("--rates", nargs="+", type=float, default=[RATE])
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--json", type=Path, help="where to keep what the table is made of")
    parser.add_argument("--read", nargs="*", type=Path, default=[], help="such files, instead")
    return parser.parse_args()


if __name__ == "__main__":
    main()
