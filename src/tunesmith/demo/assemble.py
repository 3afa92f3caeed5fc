"""Mix clean and flawed rows into one file, and note where each flaw came to stand."""

from dataclasses import dataclass

from tunesmith.demo.flaws import KINDS, Kind, fits
from tunesmith.demo.rows import TOPICS, Row, RowMaker


@dataclass(frozen=True)
class Entry:
    """A train row on its way into the file.

    `place` orders the file; `partner` indexes the train row that this one was made from, or, of
    a leaked row, the test row.
    """

    row: Row
    place: float
    kind: str = ""
    detail: str = ""
    partner: int | None = None


@dataclass(frozen=True)
class Flaw:
    """One line of `flaws.csv`; line numbers count from 1."""

    file: str
    line: int
    kind: str
    expected: str
    partner_file: str
    partner_line: int | None
    detail: str


def mix(clean: list[Row], test: list[Row], per_kind: int, maker: RowMaker) -> list[Entry]:
    """Add `per_kind` rows of every flaw; a row made from another one gets a later place."""
    rng = maker.rng
    entries = [Entry(row, float(rng.random())) for row in clean]
    free = list(rng.permutation(len(clean)))
    leaked = list(rng.permutation(len(test)))
    for name, kind in KINDS.items():
        for number in range(per_kind):
            partner = _take(name, kind, free, leaked, clean)
            rows = test if kind.on == "test" else clean
            parent = _fresh(number, maker) if partner is None else rows[partner]
            row, detail = kind.edit(parent, maker)
            after = entries[partner].place if kind.on == "train" and partner is not None else 0.0
            place = after + (1 - after) * float(rng.random())
            entries.append(Entry(row, place, name, detail, partner))
    return entries


def lines(entries: list[Entry]) -> tuple[list[Row], dict[int, int]]:
    """The rows in file order, and the line (from 1) of each entry by its index."""
    order = sorted(range(len(entries)), key=lambda i: entries[i].place)
    return [entries[i].row for i in order], {index: n + 1 for n, index in enumerate(order)}


def flaws(file: str, entries: list[Entry], line_of: dict[int, int], test_offset: int) -> list[Flaw]:
    """List the flaws of one file by line; `test_offset` rows stand before this language's test."""
    found = []
    for index, entry in enumerate(entries):
        if entry.kind:
            kind = KINDS[entry.kind]
            partner = _partner(file, kind, entry.partner, line_of, test_offset)
            place = (file, line_of[index], entry.kind, kind.expected)
            found.append(Flaw(*place, *partner, entry.detail))
    return sorted(found, key=lambda flaw: flaw.line)


def _take(
    name: str, kind: Kind, free: list[int], leaked: list[int], clean: list[Row]
) -> int | None:
    if kind.on == "fresh":
        return None
    if kind.on == "test":
        return int(leaked.pop())
    chosen = next(i for i in free if fits(name, clean[i]))
    free.remove(chosen)
    return int(chosen)


def _fresh(number: int, maker: RowMaker) -> Row:
    intents = list(TOPICS[maker.lang])
    return maker.fresh(intents[number % len(intents)])


def _partner(
    file: str, kind: Kind, partner: int | None, line_of: dict[int, int], test_offset: int
) -> tuple[str, int | None]:
    if partner is None:
        return "", None
    if kind.on == "test":
        return "test.jsonl", test_offset + partner + 1
    return file, line_of[partner]
