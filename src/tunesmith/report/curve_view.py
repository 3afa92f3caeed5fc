"""Loss curves of every training phase."""

from tunesmith.report.evidence import Evidence, Lines, Tree
from tunesmith.report.lines import Point, Series, line_chart

SPLITS = ("train", "validation")


def curve_charts(evidence: Evidence) -> list[Tree]:
    """Return a chart for each phase with its last losses; phases without any loss are left out."""
    charts = [_chart(phase, lines) for phase, lines in evidence.curves.items()]
    usual = "nats per row" if evidence.findings["task"] == "classification" else "nats per token"
    units = [unit(lines, usual) for lines in evidence.curves.values()]
    return [{**chart, "unit": of} for chart, of in zip(charts, units, strict=True) if chart["svg"]]


def unit(lines: Lines, usual: str) -> str:
    """Return what a phase's loss is a mean of, which the columns of its objective tell."""
    columns = lines[0] if lines else {}
    if "margin" in columns:
        return "per pair"
    return "per answer" if "good_reward" in columns else usual


def _chart(phase: str, lines: Lines) -> Tree:
    """Return one phase's chart."""
    series = [Series(split, split, _points(lines, split)) for split in SPLITS]
    known = [one for one in series if one.points]
    last = [f"{one.name} {one.points[-1][1]:.3f}" for one in known]
    label = f"Loss of phase {phase} over steps; last: {', '.join(last)}"
    return {
        "phase": phase,
        "svg": line_chart(known, label, "step"),
        "last": ", ".join([*last, *_accuracy(lines)]),
        "splits": [one.name for one in known],
        "epochs": max((float(line["epoch"]) for line in lines if line.get("epoch")), default=0.0),
    }


def _accuracy(lines: Lines) -> list[str]:
    """Return the last held-out accuracy in words, where the objective measures one."""
    own = [line.get("accuracy") for line in lines if line["split"] == "validation"]
    return [f"held-out accuracy {float(own[-1]):.3f}"] if own and own[-1] else []


def _points(lines: Lines, split: str) -> list[Point]:
    """Return step and loss of one split."""
    own = [line for line in lines if line["split"] == split and line["loss"]]
    return [(float(line["step"]), float(line["loss"])) for line in own]
