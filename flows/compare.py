"""`tunesmith compare`: two versions, from the predictions that their commits stored."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from flows.history import History, short
from flows.registry import commit_of
from flows.repository import git
from flows.subjects import Subject, champion_at, subject
from tunesmith.errors import UserError
from tunesmith.files import write_text

if TYPE_CHECKING:
    import pandas as pd

Record = dict[str, Any]
EXAM = "data/exam/rows.parquet"
PREDICTED = "data/predictions/"
REWARDS = "data/evaluation/rewards.parquet"
CHAMPION = "data/predictions/champion.parquet"


def run_compare(first: str, second: str, as_json: bool, pull: bool, page: Path | None) -> None:
    """Print second minus first, and draw it on a page if asked to; no model is run.

    Raises:
        UserError: one is no version, has no stored predictions, or they share no row.
    """
    found = compared(first, second, History(pull=pull))
    if page is not None:
        from tunesmith.gate import GateParams
        from tunesmith.report.compare_page import compare_page

        write_text(page, compare_page(found, GateParams.read("gate").metric))
    if as_json:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        _print(found)


def compared(first: str, second: str, history: History) -> Record:
    """Return what is known of two models by their names."""
    from tunesmith.lineage.compare import compare
    from tunesmith.metrics.params import EvaluateParams
    from tunesmith.params import read_seed

    pair = [_named(name, history) for name in (first, second)]
    places = _places(pair, history)
    rewarded = _same_rewards({rev for rev, _ in places}, history)
    tables = [_read(place, history, rewarded) for place in places]
    asked, answered = (tables[0][0], tables[1][0]), (tables[0][1], tables[1][1])
    found = compare(asked, answered, EvaluateParams.read("evaluate"), read_seed())
    told = [{"name": one.name, "commit": one.rev, "model": one.model} for one in pair]
    stored = [{"commit": rev, "file": path} for rev, path in places]
    return {"first": told[0], "second": told[1], "stored": stored, **found}


def _named(name: str, history: History) -> Subject:
    """Return the model of a name."""
    found = subject(name, history)
    if found is None and name.startswith("round-") and git("tag", "--list", name):
        at = subject(commit_of(name), history)
        found = at and replace(at, name=name)  # of what a round made, kept or not
    if found is None:
        raise UserError(f"{name}: no version, stage or commit; `tunesmith registry` lists them")
    return found


def _places(pair: list[Subject], history: History) -> list[tuple[str, str]]:
    """Return commit and file of the predictions of two models, of one exam where there is one.

    Where one was the champion that the other had to beat, the other's commit has both.
    """
    first, second = pair
    for one, other in ((first, second), (second, first)):
        before = champion_at(other.rev, history)
        if before and before.rev == one.rev and history.lock(other.rev).out(CHAMPION):
            held = {other.name: (other.rev, _stored(other, history))}
            return [held.get(each.name, (other.rev, CHAMPION)) for each in pair]
    return [(one.rev, _stored(one, history)) for one in pair]


def _stored(found: Subject, history: History) -> str:
    """Return the predictions of a model in its own commit.

    Raises:
        UserError: it was not asked there.
    """
    stages = [
        (stage.name != "predict@candidate", out.path)
        for stage in history.lock(found.rev).stages
        if found.model in {dep.path for dep in stage.deps}
        for out in stage.outs
        if out.path.startswith(PREDICTED)
    ]
    if not stages:
        raise UserError(f"{found.name}: commit {short(found.rev)} has no predictions of it")
    return min(stages)[1]


def _same_rewards(revs: set[str], history: History) -> bool:
    """Return whether commits scored answers, and by the same rewards: else no number compares."""
    makers = [history.lock(rev).maker(REWARDS) for rev in revs]
    by = [one and (one.params, [dep for dep in one.deps if _rewards(dep.path)]) for one in makers]
    return all(one == by[0] is not None for one in by)


def _rewards(path: str) -> bool:
    """Return whether a reward is in what stage reward reads: its model, or the functions."""
    return path == "rewards" or path.startswith("models/")


def _read(
    place: tuple[str, str], history: History, rewarded: bool
) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """Return the rows that were asked and what was answered, row by row."""
    from tunesmith.answers import aligned, read_predictions
    from tunesmith.rewards.table import with_rewards
    from tunesmith.rows import read_rows

    rev, path = place
    rows = read_rows(history.path(rev, EXAM))
    table = aligned(rows, read_predictions(history.path(rev, path)), path)
    if rewarded:
        table = with_rewards(table, Path(path).stem, history.path(rev, REWARDS))
    return rows, table


def _print(found: Record) -> None:
    """Print a line for each set, slice and metric, the clear ones in bold."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    names = [found[key]["name"] for key in ("first", "second")]
    table = Table(box=None, pad_edge=False, header_style="underline")
    for name in ("set", "slice", "metric", *names, "difference", "interval", "p", "rows"):
        table.add_column(name, justify="left" if name in {"set", "slice", "metric"} else "right")
    for one in found["sets"]:
        for part in one["slices"]:
            for gap in part["metrics"]:
                cells = [one["set"], part["slice"], gap["metric"], *_numbers(gap)]
                clear = gap["low"] > 0 or gap["high"] < 0
                table.add_row(*map(Text, cells), style="bold" if clear else "")
    Console(width=None if sys.stdout.isatty() else 160, highlight=False).print(table)
    for one in found["sets"]:
        first, second = one["of"]
        typer.echo(f"{one['set']}: {one['shared']:,} rows shared of {first:,} and {second:,}")
    typer.echo(
        f"difference: {names[1]} minus {names[0]}, paired, {found['confidence']:.0%} intervals; "
        "p of right or wrong rows: McNemar, else bootstrap; not adjusted for the many lines"
    )


def _numbers(gap: Record) -> list[str]:
    """Return the numbers of a line, rounded to be read."""
    return [
        f"{gap['first']:.4f}", f"{gap['second']:.4f}", f"{gap['difference']:+.4f}",
        f"[{gap['low']:+.4f}, {gap['high']:+.4f}]", f"{gap['p']:.3g}", f"{gap['n']:,}",
    ]  # fmt: skip
