"""The sequences of tasks: their rows, their order, and the base that they start from."""

import gzip
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.continual.encoder import pretrained
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.rows import Row

DOMAINS = ("banking", "travel", "kitchen_and_dining", "work", "auto_and_commute")  # of CLINC150
INTENTS = 5  # of each domain, of 15; the next as many are what a choosing seed learns
EACH = 90  # train rows of a label of a task
HELD = 4  # validation rows of a label


@dataclass(frozen=True)
class Sequence:
    """One seed: where it starts and what it learns in which order.

    Attributes:
        base: folder of the model that the first task starts from.
        rows: of all tasks; `meta.domain` is the task, `meta.intent` what the row asks for.
        order: of the tasks.
        outputs: of the head, all tasks together.
    """

    base: Path
    rows: list[Row]
    validation: list[Row]
    test: list[Row]
    order: list[str]
    outputs: int
    seed: int


@dataclass(frozen=True)
class Rows:
    """Rows of a sequence: of its tasks, of those that test them, and what the base reads."""

    train: list[Row]
    test: list[Row]
    other: list[Row]


def begun(kind: str, data: Path, base: str | None, work: Path, which: tuple[int, int]) -> Sequence:
    """Return the sequence of a seed and the first of its intents; another process finds it here."""
    seed, first = which
    return make_sequence(kind, data, base, seed, work / str(seed), first)


def make_sequence(
    kind: str, data: Path, base: str | None, seed: int, work: Path, first: int = 0
) -> Sequence:
    """Draw the rows and the order of the tasks, and train a base where none is given.

    Args:
        kind: of `KINDS`.
        data: folder that holds `clinc150`.
        base: folder of an encoder, or `package:NAME`.
        seed: of rows, order and base.
        work: folder for the base.
        first: of the intents of each domain, in the order of their names.
    """
    rng = np.random.default_rng(seed)
    rows = KINDS[kind](data, rng, first)
    train, held = few(rows.train, EACH), few(rows.train[::-1], HELD)
    order = [DOMAINS[one] for one in rng.permutation(len(DOMAINS))]
    if base is None:
        start = pretrained(rows.other, [*rows.train, *rows.other], work, seed)
    else:
        start = work / "base"
        named = str(Path(base).resolve()) if Path(base).is_dir() else base
        resolve(BaseParams(model=named)).write(start)
    outputs = len({row["label"] for row in train})
    return Sequence(start, train, held, rows.test, order, outputs, seed)


def shared(data: Path, rng: np.random.Generator, first: int) -> Rows:
    """Return five domains that share five outputs, whose meaning changes from task to task."""
    return _domains(data, rng, first, lambda place, _intent: str(place))


def own(data: Path, rng: np.random.Generator, first: int) -> Rows:
    """Return five domains with outputs of their own, 25 together."""
    return _domains(data, rng, first, lambda _place, intent: intent)


KINDS: dict[str, Callable[[Path, np.random.Generator, int], Rows]] = {
    "shared": shared,
    "own": own,
}


def domain_of(row: Row) -> str:
    """Return the task of a row."""
    return str(json.loads(row["meta"])["domain"])


def _domains(
    data: Path, rng: np.random.Generator, first: int, named: Callable[[int, str], str]
) -> Rows:
    """Return five intents of each domain from `first` on; other domains are what the base reads."""
    rows, test = _shuffled(read_intents(data, "train"), rng), read_intents(data, "val")
    intents: dict[str, list[str]] = defaultdict(list)
    for domain, label in sorted({(domain_of(row), str(row["label"])) for row in rows}):
        intents[domain].append(label)

    def ours(part: list[Row]) -> list[Row]:
        found = []
        for row in part:
            domain, label = domain_of(row), str(row["label"])
            place = intents[domain].index(label) - first
            if domain in DOMAINS and 0 <= place < INTENTS:
                found.append({**row, "label": named(place, label)})
        return found

    return Rows(ours(rows), ours(test), [row for row in rows if domain_of(row) not in DOMAINS])


def _shuffled(rows: list[Row], rng: np.random.Generator) -> list[Row]:
    """Return rows in an order of their own."""
    return [rows[place] for place in rng.permutation(len(rows))]


def few(rows: list[Row], each: int) -> list[Row]:
    """Return the first rows of every label of every task."""
    seen: dict[tuple[str, str], int] = defaultdict(int)
    found = []
    for row in rows:
        key = (domain_of(row), str(row["label"]))
        seen[key] += 1
        if seen[key] <= each:
            found.append(row)
    return found


def read_intents(data: Path, name: str) -> list[Row]:
    """Return the rows of a file of CLINC150."""
    with gzip.open(data / "clinc150" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    return [
        {
            **{"id": f"{name}-{number}", "source": f"{name}.jsonl:{number + 1}"},
            **{"task": "classification", "text": one["text"], "label": one["label"]},
            "meta": json.dumps({"domain": one["domain"], "intent": one["label"]}),
        }
        for number, one in enumerate(records)
    ]
