"""Leaves in Prefect's pages what a person wants to see of a run: its stages, and its verdict."""

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows.promotion import Verdict
from flows.result import StageResult

REPORT = "reports/report.html"


def leave(results: list[StageResult], verdict: Verdict | None, told: list[str]) -> None:
    """Leave a table of the stages and, where there is a gate, its verdict with the reasons.

    Args:
        results: one for each stage.
        verdict: the gate's, before its candidate became the champion.
        told: what became of the run, in words.
    """
    create_table_artifact(
        key="stages", table=[_row(result) for result in results], description="; ".join(told)
    )
    if verdict is not None:
        create_markdown_artifact(key="verdict", markdown=_page(verdict), description=verdict.word)


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


def _page(verdict: Verdict) -> str:
    """Return the verdict as Markdown; what a row or a file is called stays text."""
    reasons = "\n".join(f"- {_plain(reason)}" for reason in verdict.reasons)
    return f"# {verdict.word}\n\n{reasons}\n\nThe report is `{REPORT}` of this commit.\n"


def _plain(text: str) -> str:
    """Return text in which Markdown finds nothing to format."""
    for mark in "\\`*_[]<>#|":
        text = text.replace(mark, f"\\{mark}")
    return text
