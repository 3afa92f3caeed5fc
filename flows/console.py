"""What a run shows in the terminal: the plan before it, the outcomes after it."""

import sys
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.dag import PlannedStage
from flows.result import StageResult
from tunesmith.monitor.history import Look
from tunesmith.search.findings import Findings, ranked, shown

SHOWN_CAUSES = 4
SIDE_COLUMNS = ("side", "effect", "by chance", "limit", "rows", "level", "why")
_PLAN_WORDS = {"yes": "runs or is restored", "maybe": "runs if its inputs change", "no": "–"}
_STYLES = {
    "yes": "bold", "maybe": "", "no": "dim", "Failed": "bold red", "Not run": "dim",
    "crossed": "bold red", "not measured": "dim", "too few rows": "dim",
    "pruned": "dim", "failed": "red",
}  # fmt: skip


def _console() -> Console:
    """Return a console that wraps at the terminal's width; a log file has room."""
    return Console(width=None if sys.stdout.isatty() else 120, highlight=False, soft_wrap=False)


def show_plan(plan: Iterable[PlannedStage]) -> None:
    """Print which stages would run, and why."""
    table = Table("stage", "plan", "why", box=None, pad_edge=False, header_style="underline")
    for stage in plan:
        words = _PLAN_WORDS[stage.will_run]
        if stage.will_run == "yes":
            words = "runs" if stage.is_forced else words
            words = "is taken in" if stage.is_data else words
        style = _STYLES[stage.will_run]
        table.add_row(Text(stage.name), words, Text(_causes(stage.why)), style=style)
    _console().print(table)


def _causes(why: tuple[str, ...]) -> str:
    """Return the first causes, and how many more there are."""
    more = f"; {len(why) - SHOWN_CAUSES} more" if len(why) > SHOWN_CAUSES else ""
    return "; ".join(why[:SHOWN_CAUSES]) + more


def show_results(results: Iterable[StageResult]) -> None:
    """Print how every stage ended, with its seconds and its largest memory."""
    table = Table(box=None, pad_edge=False, header_style="underline")
    table.add_column("stage")
    table.add_column("outcome")
    table.add_column("seconds", justify="right")
    table.add_column("peak memory", justify="right")
    for result in results:
        seconds = f"{result.seconds:.1f}" if result.seconds is not None else ""
        peak = result.peak_memory_bytes
        memory = f"{peak / 2**20:,.0f} MiB" if peak is not None else ""
        style = _STYLES.get(result.outcome, "")
        table.add_row(Text(result.stage), result.outcome, seconds, memory, style=style)
    _console().print(table)


def show_sides(look: Look) -> None:
    """Print every side of a look with what it was judged by."""
    table = Table(box=None, pad_edge=False, header_style="underline")
    for name in SIDE_COLUMNS:
        table.add_column(name, justify="right" if name in {"effect", "limit", "rows"} else "left")
    for row in side_rows(look):
        table.add_row(*(Text(row[name]) for name in SIDE_COLUMNS), style=_STYLES.get(row["level"]))
    if look["sides"]:
        _console().print(table)


def side_rows(look: Look) -> list[dict[str, str]]:
    """Return one line for each side of a look, in words."""
    return [
        {
            "side": side["name"],
            "effect": "" if side["effect"] is None else f"{side['effect']:.3f}",
            "by chance": "" if side["chance"] is None else f"± {side['chance']:.3f}",
            "limit": f"{side['limit']:g}",
            "rows": f"{side['rows']:,}",
            "level": side["level"],
            "why": side["why"],
        }
        for side in look["sides"]
    ]


def show_line(stage: str, line: str) -> None:
    """Print one line that a stage has printed."""
    print(f"{stage} | {line}", flush=True)


def show_trials(findings: Findings, paths: list[str]) -> None:
    """Print the trials of a search, the best first."""
    table = Table(box=None, pad_edge=False, header_style="underline")
    for name in ("trial", findings["metric"], "state"):
        table.add_column(name, justify="right" if name == findings["metric"] else "left")
    for path in paths:
        table.add_column(path)
    table.add_column("why")
    for one in ranked(findings):
        value = "" if one["value"] is None else f"{one['value']:.4g}"
        dials = [shown(one["dials"][path]) if path in one["dials"] else "" for path in paths]
        words = [str(one["number"]), value, one["state"], *dials, one["reason"]]
        style = "bold" if one["number"] == findings["best"] else _STYLES.get(one["state"], "")
        table.add_row(*map(Text, words), style=style)
    _console().print(table)
