"""Curves of every training phase: its loss, or what reinforcement goes by."""

from tunesmith.report.evidence import Evidence, Lines, Tree
from tunesmith.report.lines import Point, Series, line_chart

SPLITS = ("train", "validation")
OF_ANSWERS = {  # column → what it is called, and its unit; of a phase that learns from answers
    "reward": ("Reward", "per answer"),
    "kl": ("Distance from the start", "nats per answer"),
    "entropy": ("Entropy", "nats per token"),
}


def curve_charts(evidence: Evidence) -> list[Tree]:
    """Return charts of each phase with the last values; what has no value is left out."""
    usual = "nats per row" if evidence.findings["task"] == "classification" else "nats per token"
    charts = [
        {**_chart(phase, lines, column, name), "unit": of}
        for phase, lines in evidence.curves.items()
        for column, (name, of) in _columns(lines, usual).items()
    ]
    return [chart for chart in charts if chart["svg"]]


def _columns(lines: Lines, usual: str) -> dict[str, tuple[str, str]]:
    """Return what is drawn of a phase: column → name and unit."""
    if lines and "reward_deviation" in lines[0]:
        return OF_ANSWERS
    return {"loss": ("Loss", ", ".join([unit(lines, usual), *_accuracy(lines)]))}


def unit(lines: Lines, usual: str) -> str:
    """Return what a phase's loss is a mean of, which the columns of its objective tell."""
    columns = lines[0] if lines else {}
    if "margin" in columns:
        return "per pair"
    return "per answer" if "good_reward" in columns else usual


def _chart(phase: str, lines: Lines, column: str, name: str) -> Tree:
    """Return one chart of a phase."""
    series = [Series(split, split, _points(lines, split, column)) for split in SPLITS]
    known = [one for one in series if one.points]
    last = [f"{one.name} {one.points[-1][1]:.3f}" for one in known]
    label = f"{name} of phase {phase} over steps; last: {', '.join(last)}"
    return {
        "phase": phase,
        "name": name,
        "svg": line_chart(known, label, "step"),
        "last": ", ".join(last),
        "splits": [one.name for one in known],
        "epochs": max((float(line["epoch"]) for line in lines if line.get("epoch")), default=0.0),
    }


def _accuracy(lines: Lines) -> list[str]:
    """Return the last held-out accuracy in words, where the objective measures one."""
    own = [line.get("accuracy") for line in lines if line["split"] == "validation"]
    return [f"held-out accuracy {float(own[-1]):.3f}"] if own and own[-1] else []


def _points(lines: Lines, split: str, column: str) -> list[Point]:
    """Return step and value of one split."""
    own = [line for line in lines if line["split"] == split and line[column]]
    return [(float(line["step"]), float(line[column])) for line in own]
