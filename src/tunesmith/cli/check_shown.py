"""Prints what `tunesmith data check` found: a line for each file, then what holds for all."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tunesmith.fields import field_of
from tunesmith.intake.check import FIT, Checked
from tunesmith.profile.drift import Shift

BAD_ROWS = 10
VALUES = 8


def show(
    checked: Checked, shifts: Sequence[Shift], balance: Sequence[str], console: Console
) -> None:
    """Print everything, the verdict last."""
    console.print(file_table(checked))
    for line in (*_notes(checked), *_facts(checked, shifts, balance)):
        console.print(Text(line), soft_wrap=True)
    if checked.bad_rows:
        console.print(bad_row_table(checked))
    for finding in checked.findings:
        if finding.status != "passed":
            word = "stops a run" if finding in checked.stopping else "note"
            console.print(Text(f"{word}: {finding.kind}: {finding.message}"), soft_wrap=True)
    console.print(Text(verdict(checked), "green" if checked.code == FIT else "bold red"))


def file_table(checked: Checked) -> Table:
    """Return a line for each file: what it is and what became of its rows."""
    table = Table(box=None, pad_edge=False)
    table.add_column("file", no_wrap=True, overflow="fold")
    table.add_column("shape")
    for name in ("rows", "set aside", "kept"):
        table.add_column(name, justify="right")
    table.add_column("dropped")
    entries = {entry["path"]: entry for entry in checked.read.entries}
    for file in checked.files:
        if entry := entries.get(file.name):
            table.add_row(*map(Text, _cells(str(file.path), entry, file.name, checked)))
    for unread in checked.read.unread:
        table.add_row(Text(str(unread.file.path)), Text("cannot be read", "bold red"))
    return table


def _cells(path: str, entry: dict[str, Any], name: str, checked: Checked) -> tuple[str, ...]:
    """Return the cells of a file that was read."""
    drops = checked.drops.get(name, Counter()).most_common()
    return (
        path,
        ", ".join(sorted(entry["shapes"])),
        f"{entry['rows'] + entry['quarantined']:,}",
        f"{entry['quarantined']:,}",
        f"{checked.kept[name]:,}",
        "\n".join(f"{rows:,} {reason}" for reason, rows in drops),
    )


def _notes(checked: Checked) -> Iterator[str]:
    """Yield why files cannot be read, and what is to be known of those that can."""
    for unread in checked.read.unread:
        yield f"cannot be read: {unread.why}"
    yield from checked.read.notes


def _facts(checked: Checked, shifts: Sequence[Shift], balance: Sequence[str]) -> Iterator[str]:
    """Yield what holds for the rows that stay, and why others went."""
    for name in dict.fromkeys(("lang", "label", *balance)):
        values = Counter(field_of(row, name) or "(none)" for row in checked.cleaned.kept)
        if set(values) - {"(none)"}:
            yield f"{name}: {_counted(values)}"
    within, known = checked.repeats
    yield f"repetitions: {within:,} within these files, {known:,} of rows that are there already"
    yield f"overlap with what is tested: {_counted(checked.overlap)}"
    yield f"rows with personal data, by kind: {_counted(checked.personal)}"
    moved = [one for one in shifts if one.level in {"shifted", "changed"}]
    if shifts:
        words = ", ".join(f"{one.name} {one.level} (PSI {one.psi:.2f})" for one in moved)
        yield f"against the version before: {words or 'alike'}"


def bad_row_table(checked: Checked) -> Table:
    """Return the first rows that would not be trained on; of each reason some come early."""
    table = Table(box=None, pad_edge=False)
    table.add_column("bad row", overflow="fold")
    table.add_column("why")
    table.add_column("way out")
    for row in checked.first_bad_rows(BAD_ROWS):
        table.add_row(*map(Text, (row.place, f"{row.step}: {row.reason}", row.way_out)))
    if (more := len(checked.bad_rows) - BAD_ROWS) > 0:
        table.add_row(f"and {more:,} more")
    return table


def verdict(checked: Checked) -> str:
    """Return in one line whether a run would take the files."""
    kept, rows = len(checked.cleaned.kept), len(checked.read.rows) + len(checked.read.aside)
    if checked.read.unread:
        return f"not readable: {len(checked.read.unread)} of {len(checked.files)} files"
    if checked.stopping:
        kinds = ", ".join(dict.fromkeys(one.kind for one in checked.stopping))
        return f"not fit: a run would stop at {kinds}"
    if not kept:
        return f"not fit: none of {rows:,} rows would stay"
    return f"fit: {kept:,} of {rows:,} rows would stay"


def _counted(counts: Counter[str]) -> str:
    """Return the commonest values with their rows."""
    shown = [f"{name} {rows:,}" for name, rows in counts.most_common(VALUES)]
    more = len(counts) - VALUES
    return ", ".join(shown + [f"and {more} more"] * (more > 0)) or "none"
