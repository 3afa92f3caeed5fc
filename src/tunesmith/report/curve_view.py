"""Loss curves of every training phase."""

from tunesmith.report.evidence import Evidence, Lines, Tree
from tunesmith.report.lines import Point, Series, line_chart

SPLITS = ("train", "validation")


def curve_charts(evidence: Evidence) -> list[Tree]:
    """Return a chart for each phase with its last losses; phases without any loss are left out."""
    charts = [_chart(phase, lines) for phase, lines in evidence.curves.items()]
    unit = "nats per row" if evidence.findings["task"] == "classification" else "nats per token"
    return [{**chart, "unit": unit} for chart in charts if chart["svg"]]


def _chart(phase: str, lines: Lines) -> Tree:
    """Return one phase's chart."""
    series = [Series(split, split, _points(lines, split)) for split in SPLITS]
    known = [one for one in series if one.points]
    last = [f"{one.name} {one.points[-1][1]:.3f}" for one in known]
    label = f"Loss of phase {phase} over steps; last: {', '.join(last)}"
    return {
        "phase": phase,
        "svg": line_chart(known, label, "step"),
        "last": ", ".join(last),
        "splits": [one.name for one in known],
        "epochs": max((float(line["epoch"]) for line in lines if line.get("epoch")), default=0.0),
    }


def _points(lines: Lines, split: str) -> list[Point]:
    """Return step and loss of one split."""
    own = [line for line in lines if line["split"] == split and line["loss"]]
    return [(float(line["step"]), float(line["loss"])) for line in own]
