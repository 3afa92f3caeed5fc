"""`tunesmith registry`: every version in a table, or as JSON."""

import json
import sys
from typing import Any

import typer

from flows.history import History
from flows.lineage import score_of
from flows.promotion import VERDICT
from flows.registry import champion, versions

Record = dict[str, Any]


def show(as_json: bool) -> None:
    """Print every version, the latest first."""
    found = listed(History())
    if as_json:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    elif not found:
        typer.echo("no version yet; `tunesmith run --deliver` tags what the gate ships")
    else:
        _print(found)


def listed(history: History) -> list[Record]:
    """Return of each version: stages, when, model, what the gate said, and its main score.

    All of it stands in git, so that no output has to be here.
    """
    now = champion()
    return [
        {
            "version": one.tag,
            "stages": list(one.stages),
            "champion": one.tag == now,
            "date": one.date,
            "commit": one.commit,
            "model": one.model,
            "verdict": (history.json(one.commit, str(VERDICT)) or {}).get("verdict"),
            "score": score_of(one.commit, history),
            "why": list(one.why),
        }
        for one in versions()
    ]


def _print(found: list[Record]) -> None:
    """Print the table."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="underline")
    for name in ("version", "stages", "date", "commit", "model", "verdict", "score"):
        table.add_column(name)
    for one in found:
        words = [", ".join(one["stages"]), one["date"], one["commit"][:7], one["model"]]
        words += [one["verdict"] or "", _score(one["score"])]
        name = f"{one['version']}{' *' * one['champion']}"
        table.add_row(*map(Text, [name, *words]), style="bold" if one["champion"] else "")
    Console(width=None if sys.stdout.isatty() else 140, highlight=False).print(table)
    if any(one["champion"] for one in found):
        typer.echo("* the champion: what champion.json names")


def _score(score: Record | None) -> str:
    """Return a score in words."""
    if score is None:
        return ""
    return f"{score['metric']} {score['value']:.4f} [{score['low']:.4f}, {score['high']:.4f}]"
