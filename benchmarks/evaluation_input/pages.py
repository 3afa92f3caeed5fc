"""Writes the page of a trial and the index of all pages."""

from collections.abc import Iterable
from pathlib import Path

from benchmarks.evaluation_input import Trial

NOTES = "\n## Notes\n"  # by hand, at the end of a page
SUMMARY = "**In short:** "
COMMAND = "python -m benchmarks.evaluation_input --data FOLDER"
INDEX = f"""\
# Results on real input

`make encoder`, then `{COMMAND} --write docs/results`:
public data sets through the stages, from `collect` to `report`, in a copy of the project. Intervals
are of 95 %; all tables come from the files that the stages wrote. Where a page says so the rows are
a sample, so that each trial takes at most about eight CPU-minutes. Data for chat models:
[real-input.md](../real-input.md).

| trial | | |
|---|---|---|
"""


def write_page(trial: Trial, folder: Path, place: Path | None) -> None:
    """Write the page of a run, and keep the notes of the one before; print it without a place."""
    head = f"# {trial.title}\n\n`{COMMAND} --only {trial.name}`\n\n{trial.about}"
    parts = [head, f"{SUMMARY}{trial.headline(folder)}.", *trial.tables(folder)]
    text = "\n\n".join(parts) + "\n"
    if place is None:
        print(text)
        return
    path = place / f"{trial.name}.md"
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    _, mark, notes = before.partition(NOTES)
    place.mkdir(parents=True, exist_ok=True)
    path.write_text(text + mark + notes, encoding="utf-8")


def write_index(trials: Iterable[Trial], place: Path) -> None:
    """Write the index of the pages that are there."""
    lines = [_line(trial, place / f"{trial.name}.md") for trial in trials]
    (place / "README.md").write_text(INDEX + "".join(lines), encoding="utf-8")


def _line(trial: Trial, page: Path) -> str:
    """Return the line of one trial; nothing where it has no page yet."""
    if not page.exists():
        return ""
    lines = page.read_text(encoding="utf-8").splitlines()
    short = next(line for line in lines if line.startswith(SUMMARY)).removeprefix(SUMMARY)
    return f"| [{trial.name}]({page.name}) | {trial.title} | {short} |\n"
