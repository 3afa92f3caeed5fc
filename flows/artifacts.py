"""Leaves in Prefect's pages what a person wants to see of a run: its stages, verdict and report."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_table_artifact,
)

from flows.deliver import Delivered
from flows.promotion import Verdict
from flows.result import StageResult
from tunesmith.files import read_json

REPORT = "reports/report.html"
NUMBERS = Path("reports/summary.json")
ADDRESS = "TUNESMITH_REPORT_URL"  # where a team publishes its reports; {commit} is filled in


def leave(
    results: list[StageResult],
    verdict: Verdict | None,
    told: list[str],
    delivered: Delivered,
    numbers: Mapping[str, str],
) -> None:
    """Leave a table of the stages and, where there is a gate, its verdict with the reasons.

    Args:
        results: one for each stage.
        verdict: the gate's, before its candidate became the champion.
        told: what became of the run, in words.
        delivered: the commit that holds the report, if there is one.
        numbers: the main ones, as `main_numbers` read them with the verdict.
    """
    create_table_artifact(
        key="stages", table=[_row(result) for result in results], description="; ".join(told)
    )
    if verdict is not None:
        markdown = page(verdict, delivered, numbers)
        create_markdown_artifact(key="verdict", markdown=markdown, description=verdict.word)
    if url := address(delivered):
        create_link_artifact(key="report", link=url, link_text="Report")


def main_numbers() -> dict[str, str]:
    """Return what the report stage has put in short, by dotted name; empty where it is missing."""
    return dict(_leaves(read_json(NUMBERS))) if NUMBERS.exists() else {}


def _leaves(tree: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield name and value of each number of a tree."""
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{before}{name}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{before}{name}", f"{value:.4g}"


def address(delivered: Delivered) -> str | None:
    """Return the report's place on the web, if the team has one and the run a commit."""
    place = os.environ.get(ADDRESS)
    return place.replace("{commit}", delivered.commit) if place and delivered.commit else None


def where(delivered: Delivered) -> str:
    """Return where the report is, for a person who has a clone."""
    commit = f" of commit {delivered.commit[:12]}" if delivered.commit else ", in the working copy"
    return address(delivered) or f"{REPORT}{commit}"


def _row(result: StageResult) -> dict[str, str]:
    """Return one line of the table."""
    memory = result.peak_memory_bytes
    return {
        "stage": result.stage,
        "outcome": result.outcome,
        "seconds": "" if result.seconds is None else f"{result.seconds:.1f}",
        "peak MiB": "" if memory is None else f"{memory / 2**20:,.0f}",
        "reason": result.reason,
    }


def page(verdict: Verdict, delivered: Delivered, numbers: Mapping[str, str]) -> str:
    """Return the verdict as Markdown; what a row or a file is called stays text."""
    parts = [f"# {verdict.word}", "\n".join(f"- {_plain(reason)}" for reason in verdict.reasons)]
    if numbers:
        rows = [f"| {_plain(name)} | {value} |" for name, value in numbers.items()]
        parts.append("\n".join(["| measure | value |", "|---|--:|", *rows]))
    return "\n\n".join([*parts, _way_to_report(delivered)]) + "\n"


def _way_to_report(delivered: Delivered) -> str:
    """Return how to open the report, which DVC keeps."""
    if url := address(delivered):
        return f"[The report]({url})"
    if delivered.commit is None:
        return f"The report is `{REPORT}` of the working copy."
    commands = f"git fetch\ngit checkout {delivered.commit}\ndvc pull {REPORT}"
    return f"The report is `{REPORT}` of this commit:\n\n```\n{commands}\n```"


def _plain(text: str) -> str:
    """Return text in which Markdown finds nothing to format."""
    for mark in "\\`*_[]<>#|":
        text = text.replace(mark, f"\\{mark}")
    return text
