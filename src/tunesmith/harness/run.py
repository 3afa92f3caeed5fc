"""Measures one model of models/, or two on the same rows, and writes what was found."""

import gc
from importlib.metadata import version
from pathlib import Path

from pydantic import PositiveInt

from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.files import sha256_file, write_json
from tunesmith.harness.installed import require_lm_eval
from tunesmith.harness.measure import Line, Measured, run_tasks
from tunesmith.harness.paired import Compared, compare
from tunesmith.harness.tasks import Tasks, load_tasks
from tunesmith.models.asked import template_sha256, tokenizer_sha256
from tunesmith.models.load import Loaded, describe, load
from tunesmith.models.manifest import FILE_NAME, is_trained

PACKAGES = ("datasets", "lm_eval", "peft", "torch", "transformers")


class Asked(Component):
    """What is asked and how."""

    tasks: list[str]
    chat: bool
    batch_size: PositiveInt
    limit: PositiveInt | None  # the first rows of each task
    shots: int | None  # None: as the tasks say
    seed: int


class Known(Component):
    """Which model answered."""

    name: str  # of the folder in models/
    phase: str | None  # None: a base model
    method: str | None
    base: str
    base_digest: str
    manifest_sha256: str | None
    template_sha256: str
    tokenizer_sha256: str
    dtype: str


class Against(Component):
    """The model that the first is compared with, and how far they are apart."""

    model: Known
    results: list[Line]
    compared: Compared


class Record(Component):
    """What `reports/harness/MODEL.json` holds; no clock and no path of this machine."""

    model: Known
    asked: Asked
    results: list[Line]
    rows_sha256: dict[str, str]  # task → its rows and prompts
    cut_prompts: int
    versions: dict[str, str]
    against: Against | None


def measure_models(
    folders: list[Path], asked: Asked, tasks_folder: Path | None = None
) -> list[Record]:
    """Ask one model or two the same, and return a record of each.

    Args:
        folders: of one model, or of two: the first is then compared with the second.
        asked: the tasks and how they are put.
        tasks_folder: of YAML files with tasks of one's own.

    Raises:
        UserError: lm_eval is not installed, a model cannot take tasks, or see `load_tasks`.
    """
    require_lm_eval()
    for folder in folders:
        refuse_unfit(folder)
    tasks = load_tasks(asked.tasks, tasks_folder, asked.shots)
    found = [_measure(folder, asked, tasks) for folder in folders]
    records = [_record(known, measured, asked) for known, measured in found]
    if len(found) == 2:
        (_, first), (known, second) = found
        gaps = compare(first, second, tasks, asked.seed)
        against = Against(model=known, results=second.lines, compared=gaps)
        records[0] = records[0].model_copy(update={"against": against})
    return records


def write_records(records: list[Record], folder: Path) -> list[Path]:
    """Write each record as `MODEL.json` and return the files."""
    files = [folder / f"{record.model.name}.json" for record in records]
    for file, record in zip(files, records, strict=True):
        write_json(file, record.model_dump(mode="json"))
    return files


def refuse_unfit(folder: Path) -> None:
    """Refuse a model that does not go on with a text.

    Raises:
        UserError: it is a classifier.
    """
    _, manifest = describe(folder)
    if manifest is not None and manifest.task == "classification":
        raise UserError(
            f"{folder}: a classifier, which gives labels and no text that a task could score; "
            "`tunesmith results` shows its scores"
        )


def chats(folder: Path) -> bool:
    """True for a model that was trained through its chat template."""
    _, manifest = describe(folder)
    return manifest is not None and manifest.task == "chat"


def _measure(folder: Path, asked: Asked, tasks: Tasks) -> tuple[Known, Measured]:
    """Load one model, ask it and let it go."""
    loaded = load(folder, task="completion", labels=[])
    measured = run_tasks(loaded, tasks, asked.chat, asked.batch_size, asked.limit, asked.seed)
    known = _known(folder, loaded)
    del loaded
    gc.collect()
    return known, measured


def _known(folder: Path, loaded: Loaded) -> Known:
    """Return which model this is."""
    manifest = loaded.manifest
    return Known(
        name=folder.name,
        phase=manifest.phase if manifest else None,
        method=str(manifest.method["kind"]) if manifest else None,
        base=loaded.descriptor.model,
        base_digest=loaded.descriptor.digest,
        manifest_sha256=sha256_file(folder / FILE_NAME) if is_trained(folder) else None,
        template_sha256=template_sha256(loaded.tokenizer),
        tokenizer_sha256=tokenizer_sha256(loaded.tokenizer),
        dtype=str(loaded.model.dtype).removeprefix("torch."),
    )


def _record(known: Known, measured: Measured, asked: Asked) -> Record:
    """Put together what is written of one model."""
    return Record(
        model=known,
        asked=asked,
        results=measured.lines,
        rows_sha256=measured.rows,
        cut_prompts=measured.cut,
        versions={name: version(name) for name in PACKAGES},
        against=None,
    )
