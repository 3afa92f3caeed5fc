"""The end of a run on the screen: the report's summary, scores, costs, and where things are."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tunesmith.cli.harness import show_recorded
from tunesmith.errors import UserError
from tunesmith.files import read_json
from tunesmith.params import load_yaml
from tunesmith.report.evidence import ResultEvidence, read_folder, read_tree
from tunesmith.report.glance_view import glance
from tunesmith.report.verdict_view import check_table


def show(root: Path) -> None:
    """Print summary, scores, costs by stage, the verdict and the paths of report and adapter."""
    metrics = root / "reports" / "metrics.json"
    if not metrics.exists():
        raise UserError(f"{metrics}: no such file; `make demo` or `dvc repro` makes it")
    candidate = load_yaml(root / "params.yaml")["models"]["candidate"]["of"]
    evidence = read_results(root / "reports", candidate)
    console = Console()
    console.print(at_a_glance(evidence))
    console.print(scores(evidence.metrics))
    show_recorded(root, candidate, console)
    console.print(costs(root / ".work" / "timings", load_yaml(root / "dvc.yaml")["stages"]))
    console.print(f"verdict: [bold]{evidence.verdict['verdict']}[/bold]")
    for check in check_table(evidence):
        console.print(f"  {check['name']} {check['allows']}: {check['reason']}", markup=False)
    console.print(f"report:  {root / 'reports' / 'report.html'}")
    console.print(f"data:    {root / 'reports' / 'data' / 'report.html'}")
    console.print(f"adapter: {root / 'models' / candidate}")


def read_results(reports: Path, candidate: str) -> ResultEvidence:
    """Read what evaluation, gate, training and prediction wrote."""
    costs = read_folder(reports / "efficiency", ".json")
    return ResultEvidence(
        metrics=read_tree(reports / "metrics.json"),
        comparisons=read_tree(reports / "comparisons.json"),
        behaviour=read_tree(reports / "behaviour.json"),
        verdict=read_tree(reports / "gate.json"),
        efficiency={name: read_tree(path) for name, path in costs.items()},
        candidate=candidate,
    )


def at_a_glance(evidence: ResultEvidence) -> Table:
    """Return the table that the report begins with; the words say better or worse."""
    table = Table("", "measure", "base", "champion", "candidate", title="Candidate at a glance")
    for group in glance(evidence):
        table.add_section()
        for number, line in enumerate(group["lines"]):
            title = "" if number else group["title"]
            table.add_row(*map(escape, (title, line["title"], *map(_told, line["cells"]))))
    return table


def _told(cell: dict[str, str]) -> str:
    """Return a value with its note, and its kind where it is no chance."""
    kind = "" if cell["kind"] == "even" else f" {cell['kind']}"
    return f"{cell['value']}{kind}" + (f"\n{cell['note']}" if cell["note"] else "")


def scores(metrics: dict[str, Any]) -> Table:
    """Return base against candidate, one row a metric."""
    table = Table("metric", "base", "candidate", title="Test scores with 95 % intervals")
    for name in metrics["candidate"]:
        table.add_row(name, *(_interval(metrics[model][name]) for model in ("base", "candidate")))
    return table


def costs(folder: Path, stages: Iterable[str]) -> Table:
    """Return seconds and peak memory of each stage's last run, in the order of dvc.yaml."""
    table = Table(title="Costs, each stage's last run")
    table.add_column("stage")
    table.add_column("seconds", justify="right")
    table.add_column("peak memory, MiB", justify="right")
    place = {name: number for number, name in enumerate(stages)}
    found = [path.stem for path in folder.glob("*.json") if _group(path.stem) in place]
    for name in sorted(found, key=lambda name: (place[_group(name)], name)):
        record = read_json(folder / f"{name}.json")
        memory = record["peak_memory_bytes"] / 2**20
        table.add_row(name, f"{record['seconds']:.1f}", f"{memory:.0f}")
    return table


def _group(stage: str) -> str:
    """Return the name in dvc.yaml that `train@sft` belongs to."""
    return stage.partition("@")[0]


def _interval(score: dict[str, float]) -> str:
    """Return `value [low, high]`."""
    return f"{score['value']:.3f} [{score['low']:.3f}, {score['high']:.3f}]"
