"""Tasks of lm-evaluation-harness on the models of models/, as a table and as JSON."""

import os
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tunesmith.errors import UserError
from tunesmith.files import read_json, sha256_file
from tunesmith.harness.measure import Line
from tunesmith.harness.paired import Gap
from tunesmith.harness.run import Asked, Record, chats, measure_models, write_records
from tunesmith.models.descriptor import FILE_NAME
from tunesmith.models.manifest import FILE_NAME as MANIFEST
from tunesmith.models.manifest import is_trained
from tunesmith.params import read_seed

REPORTS = Path("reports/harness")
LARGE = 1e5


def run_harness(
    names: list[str],
    tasks: list[str],
    tasks_folder: Path | None,
    limit: int | None,
    shots: int | None,
    chat: bool | None,
    batch_size: int,
    root: Path,
) -> None:
    """Measure one model, or two on the same rows, print a table and write the records.

    Args:
        names: one or two folders of models/; the first is compared with the second.
        tasks: of lm_eval, or of the folder.
        tasks_folder: with YAML files of tasks.
        limit: the first rows of each task only.
        shots: worked examples before each question.
        chat: through the chat template; None: if one of the models was trained so.
        batch_size: texts in one pass.
        root: of the project.

    Raises:
        UserError: no such model, or see `measure_models`.
    """
    os.environ.setdefault("TQDM_DISABLE", "1")  # lm_eval's bars, one for each step of each task
    folders = [_folder(root / "models", name) for name in names]
    if len(set(names)) != len(names) or len(names) > 2:
        raise UserError(f"{' '.join(names)}: give one model, or two different ones to compare")
    asked = Asked(
        tasks=list(dict.fromkeys(tasks)),
        chat=any(map(chats, folders)) if chat is None else chat,
        batch_size=batch_size,
        limit=limit,
        shots=shots,
        seed=read_seed(root / "params.yaml"),
    )
    records = measure_models(folders, asked, tasks_folder)
    files = write_records(records, root / REPORTS)
    _show(records, files, Console())


def show_recorded(root: Path, name: str, console: Console) -> None:
    """Print what an earlier run kept of a model; nothing where there was none.

    Args:
        root: of the project.
        name: of the model's folder.
        console: where to.
    """
    file = root / REPORTS / f"{name}.json"
    if not file.exists():
        return
    record = Record.model_validate(read_json(file))
    manifest = root / "models" / name / MANIFEST
    if record.model.manifest_sha256 != (sha256_file(manifest) if manifest.exists() else None):
        again = f"`tunesmith harness {name}` measures the present one"
        told = f"{file} is of a model that was trained before; {again}"
        console.print(told, markup=False, soft_wrap=True)
        return
    _show([record], [file], console)


def _folder(models: Path, name: str) -> Path:
    """Return the folder of a model, or name those that are there."""
    folder = models / name
    if is_trained(folder) or (folder / FILE_NAME).exists():
        return folder
    there = sorted(path.parent.name for path in models.glob("*/*.json") if _holds(path))
    known = f"there is {', '.join(dict.fromkeys(there))}" if there else "`dvc repro` makes them"
    raise UserError(f"{folder}: no model; {known}")


def _holds(path: Path) -> bool:
    """True for the file that makes a folder one of a model."""
    return path.name in (MANIFEST, FILE_NAME)


def _show(records: list[Record], files: list[Path], console: Console) -> None:
    """Print what was found."""
    console.print(scores(records))
    first = records[0]
    if first.against is not None:
        other = first.against.model.name
        console.print(gaps(first.model.name, other, first.against.compared.differences))
        for one in first.against.compared.left_out:
            console.print(f"not compared: {one.metric} of {one.task}: {one.why}", markup=False)
    for record, file in zip(records, files, strict=True):
        for line in told(record):
            console.print(line, markup=False)
        console.print(f"{record.model.name}: {file}", markup=False)


def told(record: Record) -> Iterator[str]:
    """Say what the table cannot: why a value is missing, and how many prompts were cut."""
    name = record.model.name
    for line in record.results:
        if line.why is not None:
            yield f"{name}: {line.metric} of {line.task} has no value: {line.why}"
    if record.cut_prompts:
        yield f"{name}: {record.cut_prompts:,} prompts lost their start"


def scores(records: list[Record]) -> Table:
    """Return value ± standard error of each model, a row for each metric of each task."""
    form = "chat template" if records[0].asked.chat else "plain text"
    names = [record.model.name for record in records]
    title = f"lm_eval, asked in {form}"
    table = Table("task", "metric", "shots", "n", *map(escape, names), title=title)
    for lines in zip(*(record.results for record in records), strict=True):
        line = lines[0]
        values = [value_of(one) for one in lines]
        table.add_row(escape(line.task), _metric(line), str(line.n_shot), f"{line.n:,}", *values)
    return table


def gaps(first: str, second: str, found: list[Gap]) -> Table:
    """Return the differences of two models on the same rows."""
    title = escape(f"{first} minus {second}")
    table = Table("task", "metric", "difference, 95 %", "p", "test", title=title)
    for one in found:
        value, low, high = (_number(part, "+") for part in (one.difference, one.low, one.high))
        shown = f"{value} [{low}, {high}]"
        table.add_row(escape(one.task), _metric(one), shown, f"{one.p:.3g}", one.test)
    return table


def value_of(line: Line) -> str:
    """Return `value ± standard error`, a dash where there is none."""
    if line.value is None:
        return "–"
    return f"{_number(line.value)} ± {'–' if line.stderr is None else _number(line.stderr)}"


def _number(value: float, sign: str = "") -> str:
    """Return three places, or four digits of what is large."""
    return f"{value:{sign}.3f}" if abs(value) < LARGE else f"{value:{sign}.3e}"


def _metric(one: Line | Gap) -> str:
    """Return the metric, the filter where there is one, and an arrow to the better side."""
    better = getattr(one, "higher_is_better", None)
    arrow = {True: " ↑", False: " ↓", None: ""}[better]
    name = one.metric if one.filter == "none" else f"{one.metric} ({one.filter})"
    return escape(name) + arrow
