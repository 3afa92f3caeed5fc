"""The end of a run on the screen: scores with intervals, costs, and where things are."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tunesmith.errors import UserError
from tunesmith.files import read_json
from tunesmith.params import load_yaml


def show(root: Path) -> None:
    """Print scores, costs by stage, the verdict and the paths of report and adapter."""
    metrics = root / "reports" / "metrics.json"
    if not metrics.exists():
        raise UserError(f"{metrics}: no such file; `make demo` or `dvc repro` makes it")
    console = Console()
    console.print(scores(read_json(metrics)))
    console.print(costs(root / ".work" / "timings", load_yaml(root / "dvc.yaml")["stages"]))
    verdict = read_json(root / "reports" / "gate.json")
    console.print(f"verdict: [bold]{verdict['verdict']}[/bold]  {'; '.join(verdict['reasons'])}")
    candidate = load_yaml(root / "params.yaml")["models"]["candidate"]["of"]
    console.print(f"report:  {root / 'reports' / 'report.html'}")
    console.print(f"data:    {root / 'reports' / 'data' / 'report.html'}")
    console.print(f"adapter: {root / 'models' / candidate}")


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
