"""What became of one row: read from the tables that the stages wrote, masked before it is told."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tunesmith.cli.tables import Tables
from tunesmith.errors import UserError
from tunesmith.rows import Row, text_of
from tunesmith.text.pii import find_pii, masked

CLOSE = 70  # per cent alike, at which a known id or place is offered


class Event(NamedTuple):
    """What one stage did to a row, and why."""

    stage: str
    what: str
    why: str
    partner: str | None = None


class Story(NamedTuple):
    """A row from its source to its end; every text is masked."""

    id: str
    source: str
    came: str  # the text as it came in
    left: str | None  # the text as it ended, if another
    events: list[Event]
    end: str


def stories(name: str, tables: Tables) -> list[Story]:
    """Return the story of each row of that id or `file:line`; a line may hold several.

    Raises:
        UserError: nothing was collected yet, or no row has the name; a near one is offered.
    """
    rows = tables.find("collected", name) or tables.find("train", name)
    if rows:
        return [_story(row, tables) for row in rows]
    if aside := tables.quarantined(name):
        return aside_stories(aside)
    raise UserError(f"{name}: no row has this id or place{_near(name, tables)}")


def aside_stories(records: list[dict[str, Any]]) -> list[Story]:
    """Return the stories of lines that are no examples."""
    return [
        Story(
            "none", f"{record['file']}:{record['line']}", safe(record["raw"]), None,
            [Event("collect", "set aside", record["reason"])], "set aside: it is no example",
        )
        for record in records
    ]  # fmt: skip


def safe(text: str | None) -> str:
    """Return the text with personal data masked."""
    return masked(text or "", find_pii(text or ""))


def _story(row: Row, tables: Tables) -> Story:
    """Put one row's story together."""
    events = [*_beginning(row), *_cleaned(row, tables), *_separated(row, tables)]
    last = [found for name in ("kept", "train") for found in tables.find(name, row["id"])]
    came, left = safe(text_of(row)), safe(text_of(last[-1])) if last else None
    events += list(_grown(row, tables))
    return Story(
        row["id"], row["source"], came, left if left != came else None, events,
        _end(events),
    )  # fmt: skip


def _beginning(row: Row) -> list[Event]:
    """Say where the row came from."""
    if row["op"]:
        parent = row["parent"]
        return [Event("augment", "made", str(row["op"]), parent)]
    facts = [row["task"], row["lang"], row["licence"], row["split"] and f"split {row['split']}"]
    return [Event("collect", "read", ", ".join(str(fact) for fact in facts if fact))]


def _cleaned(row: Row, tables: Tables) -> Iterator[Event]:
    """Say what each cleaner did; equal ids are told apart by their source."""
    for one in tables.find("decisions", row["id"]):
        if one["source"] == row["source"]:
            score = "" if one["score"] is None else f" (score {one['score']:.3g})"
            step = f"clean: {one['step']}" if one["step"] else "clean"
            yield Event(step, one["action"], f"{one['reason']}{score}", one["partner"])


def _separated(row: Row, tables: Tables) -> Iterator[Event]:
    """Say which side the row fell on, or what it gave way to."""
    for side in ("train", "validation", "test", "ood"):
        if tables.find(f"split {side}", row["id"]):
            yield Event("split", side, "its side of the split")
    for one in tables.find("split dropped", row["id"]):
        yield Event("split", "drop", one["reason"], one["detail"])


def _grown(row: Row, tables: Tables) -> Iterator[Event]:
    """Say which rows were made from it, and which phases it trains."""
    for child in tables.find("train", row["id"], column="parent"):
        yield Event("augment", "made from it", str(child["op"]), child["id"])
    for one in tables.find("left out", row["id"]):
        yield Event("augment", "left out", one["reason"], one.get("detail"))
    if tables.find("train", row["id"]):
        phases = tables.phases(row["task"])
        yield Event("train", "trained on", f"phases: {', '.join(phases) or 'none'}")


def _end(events: list[Event]) -> str:
    """Name where the row ended."""
    last = events[-1]
    for gone in (event for event in events if event.what in {"drop", "left out"}):
        verb = "dropped" if gone.what == "drop" else gone.what
        return f"{verb} by {gone.stage}: {gone.why}"
    if last.stage == "train":
        return "in the train rows"
    if last.stage == "split":
        return f"in the {last.what} rows"
    return f"last seen in stage {last.stage.partition(':')[0]}; `dvc repro` goes on"


def _near(name: str, tables: Tables) -> str:
    """Offer the known id or place that is most like the name."""
    from rapidfuzz import fuzz, process

    known = tables.names()
    starts = [one for one in known if one.startswith(name)]
    best = process.extractOne(name, starts or known, scorer=fuzz.ratio)
    if starts or (best and best[1] >= CLOSE):
        return f"; did you mean {best[0]}?"
    return f"; {len(known) // 2:,} rows are known, by id and by `file:line`"
