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
INTENTS = 5  # of each domain, of 15
EACH = 90  # train rows of a label of a task
HELD = 4  # validation rows of a label
THUC_TASK = 5  # of its ten topics; the base reads titles of the others


@dataclass(frozen=True)
class Sequence:
    """One seed: where it starts and what it learns in which order.

    Attributes:
        base: folder of the model that the first task starts from.
        rows: of all tasks; `meta.domain` is the task.
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


def make_sequence(kind: str, data: Path, base: Path | None, seed: int, work: Path) -> Sequence:
    """Draw the rows and the order of the tasks, and train a base where none is given."""
    rng = np.random.default_rng(seed)
    rows = KINDS[kind](data, rng)
    train, held = few(rows.train, EACH), few(rows.train[::-1], HELD)
    tasks = list(dict.fromkeys(DOMAINS if kind != "languages" else ("english", "chinese")))
    order = tasks if kind == "languages" else [tasks[one] for one in rng.permutation(len(tasks))]
    if base is None:
        start = pretrained(rows.other, [*rows.train, *rows.other], work, seed)
    else:
        start = work / "base"
        resolve(BaseParams(model=str(base.resolve()))).write(start)
    outputs = len({row["label"] for row in train})
    return Sequence(start, train, held, rows.test, order, outputs, seed)


def shared(data: Path, rng: np.random.Generator) -> Rows:
    """Return five domains that share five outputs, whose meaning changes from task to task."""
    return _domains(data, rng, lambda _domain, place, _label: str(place))


def own(data: Path, rng: np.random.Generator) -> Rows:
    """Return five domains with outputs of their own, 25 together."""
    return _domains(data, rng, lambda _domain, _place, label: label)


def languages(data: Path, rng: np.random.Generator) -> Rows:
    """Return five English intents, then five topics of Chinese titles; each has its own output."""
    english = own(data, rng)
    first = {domain: label for label, domain in _first_intents(english.train).items()}
    ours, asked = (
        [_as(row, "english") for row in part if row["label"] == first[domain_of(row)]]
        for part in (english.train, english.test)
    )
    titles = [_as(row, "chinese") for row in _shuffled(read_titles(data), rng)]
    topics = sorted({str(row["label"]) for row in titles})
    chosen = {topics[place] for place in rng.permutation(len(topics))[:THUC_TASK]}
    own_titles = [row for row in titles if row["label"] in chosen]
    train, test = _halves(own_titles)
    other = [row for row in titles if row["label"] not in chosen]
    return Rows([*ours, *train], [*asked, *few(test, 100)], [*english.other, *other])


KINDS: dict[str, Callable[[Path, np.random.Generator], Rows]] = {
    "shared": shared,
    "own": own,
    "languages": languages,
}


def domain_of(row: Row) -> str:
    """Return the task of a row."""
    return str(json.loads(row["meta"])["domain"])


def _domains(data: Path, rng: np.random.Generator, named: Callable[[str, int, str], str]) -> Rows:
    """Return the first intents of each domain; the other domains are what the base reads."""
    rows, test = _shuffled(read_intents(data, "train"), rng), read_intents(data, "val")
    intents: dict[str, list[str]] = defaultdict(list)
    for domain, label in sorted({(domain_of(row), str(row["label"])) for row in rows}):
        intents[domain].append(label)

    def ours(part: list[Row]) -> list[Row]:
        found = []
        for row in part:
            domain, label = domain_of(row), str(row["label"])
            place = intents[domain].index(label)
            if domain in DOMAINS and place < INTENTS:
                found.append({**row, "label": named(domain, place, label)})
        return found

    return Rows(ours(rows), ours(test), [row for row in rows if domain_of(row) not in DOMAINS])


def _first_intents(rows: list[Row]) -> dict[str, str]:
    """Return the first intent of each domain, with its domain."""
    found: dict[str, str] = {}
    for label, domain in sorted({(str(row["label"]), domain_of(row)) for row in rows}):
        if domain not in found.values():
            found[label] = domain
    return found


def _as(row: Row, task: str) -> Row:
    """Return a row as one of a task."""
    return {**row, "meta": json.dumps({"domain": task})}


def _shuffled(rows: list[Row], rng: np.random.Generator) -> list[Row]:
    """Return rows in an order of their own."""
    return [rows[place] for place in rng.permutation(len(rows))]


def _halves(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Return every other row, and those between them."""
    return rows[::2], rows[1::2]


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
    return _read(data / "clinc150" / f"{name}.jsonl.gz", "domain")


def read_titles(data: Path) -> list[Row]:
    """Return the titles of THUCNews with their topics."""
    return _read(data / "thucnews_titles" / "dev.jsonl.gz", None)


def _read(path: Path, domain: str | None) -> list[Row]:
    """Return the rows of a file of texts with labels."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    stem = path.parent.name
    return [
        {
            **{"id": f"{stem}-{path.stem}-{number}", "source": f"{path.stem}:{number + 1}"},
            **{"task": "classification", "text": one["text"], "label": str(one["label"])},
            "meta": json.dumps({"domain": one[domain] if domain else stem}),
        }
        for number, one in enumerate(records)
    ]
