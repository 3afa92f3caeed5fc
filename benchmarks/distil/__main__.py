"""Trains students with and without a teacher at one budget, over seeds, and prints a table a case.

`python -m benchmarks.distil CASE [--seeds 5] [--students whole] [--own 256] [--processes 16]`:
CASE is one of

- `answered`: every row of the student has an answer (256, four epochs).
- `prompts`: 64 rows have one; 1,200 prompts beside them have none, and the teacher answers.
- `speaks`: the student has learnt 512 rows, and goes on on the same.
- `few`: few texts have a class (64 of SST-2, two a class of CLINC150), thousands have none.
- `same`: student and teacher have the same texts and classes.

The first three are on the demo's base and rows, English and Chinese: the teacher is LoRA on 800
rows; the student two of the base's four layers, trained whole, or the `whole` base with LoRA. The
others need `--data FOLDER`, with `sst2` and `clinc150`: the teacher is trained whole on 3,000 or
6,000 rows, as MiniLM (`make encoder`), whose student is two of its six layers, or with `--encoder
words` as a small random encoder, whose student is one too.

All ways of a table have as many steps. Loss in nats (a token, or a text) and the share of right
rows (to the letter, or the class) are of rows that nothing was trained on. Differences are paired
by seed, with Student's interval of 95 % over seeds, which draw rows and their order anew; the
teacher is the same.
"""

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.distil import classes, speech
from benchmarks.distil.table import table
from benchmarks.parallel import done, quietly
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve

Tables = dict[str, Any]


def main() -> None:
    """Train all and print the tables."""
    asked = _asked()
    with tempfile.TemporaryDirectory() as folder:
        told = (speaking if asked.case in speech.CASES else classifying)(asked, Path(folder))
    if asked.json:
        asked.json.parent.mkdir(parents=True, exist_ok=True)
        asked.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def speaking(asked: argparse.Namespace, work: Path) -> Tables:
    """Print the tables of a case of answers, one a student."""
    base, told, case = described("data/demo-base", work), {}, speech.CASES[asked.case]
    case = replace(case, own=asked.own or case.own, asked=asked.asked or case.asked)
    teacher = quietly(partial(speech.teach, base), work / "teacher")
    for student in asked.students:
        place = work / student
        jobs = [
            speech.Job(case, name, student, seed, base, work / "teacher", place / f"{n}-{seed}")
            for seed in range(asked.seeds)
            for n, name in enumerate(chosen(case.arms, asked.only))
        ]
        if case.spoken:
            first = [*{job.seed: job for job in jobs}.values()]
            begun = {job.seed: at for job, at in done(speech.speak, first, asked.processes)}
            jobs = [replace(job, start=begun[job.seed], work=job.work / "on") for job in jobs]
        found = by_name(speech.learn, jobs, asked.processes)
        told[student] = show(asked.case, student, found, teacher, "exact match")
    return told


def classifying(asked: argparse.Namespace, work: Path) -> Tables:
    """Print the tables of a case of classes, one a set."""
    told = {}
    for name in asked.sets:
        base = classes.base_of(asked.encoder, classes.SETS[name], asked.data, work / name)
        folders = (base, work / f"{name}-teacher", work / name / "run")
        first = classes.Job(asked.data, asked.encoder, name, asked.case, "", 0, *folders)
        teacher = quietly(classes.teach, first)
        jobs = [
            replace(first, name=one, seed=seed, work=work / f"{name}-{n}-{seed}")
            for seed in range(asked.seeds)
            for n, one in enumerate(chosen(classes.ARMS[asked.case], asked.only))
        ]
        found = by_name(classes.learn, jobs, asked.processes)
        told[name] = show(asked.case, name, found, teacher, "accuracy")
    return told


def described(model: str, work: Path) -> Path:
    """Return the folder of a base model."""
    resolve(BaseParams(model=model)).write(work / "base")
    return work / "base"


def chosen(names: Sequence[str] | dict[str, Any], only: list[str]) -> list[str]:
    """Return the ways that are asked for."""
    return [name for name in names if not only or name in only]


def by_name(learn: Callable[[Any], Any], jobs: list[Any], processes: int) -> dict[str, list[Any]]:
    """Return what came of jobs, by their ways, in the order of their seeds."""
    found: dict[str, dict[int, Any]] = defaultdict(dict)
    for job, one in done(learn, jobs, processes):
        numbers = f"{one['loss']:.4f}, {one['right']:.4f}, {one['seconds']:.0f} CPU-s"
        print(f"{job.name}, seed {job.seed}: {numbers}", flush=True)
        found[job.name][job.seed] = one
    order = dict.fromkeys(job.name for job in jobs)
    return {name: [found[name][seed] for seed in sorted(found[name])] for name in order}


def show(case: str, of: str, found: dict[str, list[Any]], teacher: Any, right: str) -> Any:
    """Print a table, and return what it is made of."""
    print(f"\n## {case}: {of}\n{table(found, teacher, 'likelihood', right)}\n", flush=True)
    return {"teacher": teacher, "students": found}


def _asked() -> argparse.Namespace:
    """Return what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", choices=[*speech.CASES, *classes.ARMS])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--students", nargs="+", choices=speech.STUDENTS, default=["two layers"])
    parser.add_argument("--sets", nargs="+", choices=classes.SETS, default=list(classes.SETS))
    parser.add_argument("--encoder", choices=classes.ENCODERS, default="minilm")
    parser.add_argument("--own", type=int, help="answered rows of a student, not as the case says")
    parser.add_argument("--asked", type=int, help="prompts beside them, likewise")
    parser.add_argument("--data", type=Path, help="folder of sst2 and clinc150")
    parser.add_argument(
        "--only", nargs="*", default=[], help="ways; without likelihood there are no differences"
    )
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--json", type=Path, help="where to keep what the tables are made of")
    found = parser.parse_args()
    if found.case in classes.ARMS and not found.data:
        parser.error(f"{found.case} needs --data")
    return found


if __name__ == "__main__":
    main()
