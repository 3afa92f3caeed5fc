"""Teaches an encoder tasks one after another, and prints what is left of each.

`python -m benchmarks.continual --data FOLDER [--sequence own] [--processes 16]`: FOLDER holds
`clinc150` and, for `languages`, `thucnews_titles`. A sequence is one of

- shared: five domains of CLINC150, five intents each. All share five outputs, as answers in words
  share a vocabulary: a label is the number of its intent in its domain. Harsh: what an output
  means changes from task to task.
- own: the same rows, every intent with an output of its own.
- languages: five intents in English, then five topics of Chinese titles, with outputs of their own.

A seed trains a one-layer encoder on the labels that no task has, which makes the base, and draws
the rows and the order of the tasks; `--base FOLDER` starts from another encoder instead. Each way
goes on from phase to phase with one LoRA adapter, at as many optimizer steps as any other; joint
training sees all rows at once in as many steps. Scores are accuracies on rows nothing else saw.
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
        values = {} if asked.choose is None else chosen(asked, every[asked.choose])
        jobs = [
            Job(every[seed], way, asked.rate, asked.epochs, values.get(way))
            for way in [JOINT, *asked.only]
            for seed in asked.seeds
        ]
        found: dict[int, dict[str, Any]] = {seed: {} for seed in asked.seeds}
        for job, result in done(learnt, jobs, asked.processes):
            found[job.sequence.seed][job.way] = result
            print(f"seed {job.sequence.seed}, {job.way}: {result['average']:.3f}", flush=True)
    return list(found.values())


def chosen(asked: Any, sequence: Sequence) -> dict[str, float]:
    """Return, by way, the value of its dial with the highest average accuracy on a seed."""
    jobs = [
        Job(sequence, way, asked.rate, asked.epochs, value)
        for way in asked.only
        if (tried := WAYS[way].tried)
        for value in tried[1]
    ]
    best: dict[str, tuple[float, float]] = {}
    for job, found in done(learnt, jobs, asked.processes):
        assert job.value is not None
        said = f"average {found['average']:.3f}, forgetting {found['forgetting']:.3f}"
        print(f"seed {sequence.seed}, {job.way} at {job.value:g}: {said}", flush=True)
        best[job.way] = max(best.get(job.way, (-1.0, 0.0)), (found["average"], job.value))
    return {way: value for way, (_, value) in best.items()}


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
    parser.add_argument("--choose", type=int, help="a seed that chooses the dials of the ways")
    parser.add_argument("--only", nargs="*", default=list(WAYS), choices=WAYS)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--json", type=Path, help="where to keep what the table is made of")
    parser.add_argument("--read", nargs="*", type=Path, default=[], help="such files, instead")
    return parser.parse_args()


if __name__ == "__main__":
    main()
