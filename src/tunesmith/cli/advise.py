"""Shows what each training method would take on a device, and which fit."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tunesmith.advice.device import Device, found, given
from tunesmith.advice.lengths import Lengths, measured
from tunesmith.advice.plan import Advice, Estimate, advise
from tunesmith.advice.shape import read_configuration, shape_of
from tunesmith.advice.way import Ask
from tunesmith.errors import UserError
from tunesmith.methods import read_method
from tunesmith.methods.base import TrainingMethod
from tunesmith.models.params import BaseParams
from tunesmith.training.params import Phase, Phases, read_phase

TABLES = ("data/train/train.parquet", "data/collected/examples.parquet")
KINDS = ("full", "freeze", "lora", "qlora", "adapter", "prefix", "p_tuning", "prompt", "ia3")
DEFAULT_LENGTH, CLASSES = 512, 2


def run_advise(
    root: Path,
    model: str | None,
    name: str | None,
    rows: int | None,
    tokens: int | None,
    batch: int | None,
    max_length: int | None,
    memory: str | None,
    tflops: float | None,
    as_json: bool,
) -> None:
    """Print the advice for every method.

    Args:
        root: of the project.
        model: None for that of params.yaml.
        name: of a phase; None: the first.
        rows: to train on; None: those of the collected table.
        tokens: of a row, all alike; None: measured in the table.
        batch: rows a device and step; None: that of the phase, if it says one.
        max_length: tokens; None: that of the phase.
        memory: of a GPU that is not here; None: what this machine has.
        tflops: its peak.
        as_json: print JSON instead of a table.

    Raises:
        UserError: there is no such phase.
    """
    params = root / "params.yaml"
    base = BaseParams(model=model) if model else BaseParams.read("base", params)
    phase = phase_of(params, name)
    ask = asked(phase, batch, max_length)
    config = read_configuration(base)
    lengths = data(root, base, ask, rows, tokens)
    device = given(memory, tflops) if memory else found()
    if tflops and not memory:
        device = device.model_copy(update={"tflops": tflops})
    advices, refused = advised(config, methods_of(phase), ask, lengths, device)
    if as_json:
        found_here = record(base, device, lengths, ask, advices) | {"refused": refused}
        print(json.dumps(found_here, indent=2, sort_keys=True))
        return
    lines = [head(base.model, device, lengths), *notes(config, ask, refused), *beside(phase)]
    console = Console()
    console.print("\n".join(lines), markup=False, highlight=False)
    console.print(table(advices))


def phase_of(params: Path, name: str | None) -> Phase | None:
    """Return a phase of params.yaml, without a name the first; None where there is no file."""
    if name is not None:
        return read_phase(name, params)
    if not params.exists():
        return None
    from tunesmith.params import load_yaml

    tree = load_yaml(params)
    phases = Phases.validated({"phases": tree.get("phases")}, tree, [], params).phases
    return next(iter(phases.values()), None)


def asked(phase: Phase | None, batch: int | None, max_length: int | None) -> Ask:
    """Return what is to be trained; flags count more than the phase."""
    return Ask(
        task=phase.task if phase else "chat",
        classes=CLASSES,
        batch=batch or (phase.per_device_batch_size if phase else None),
        pack_tokens=phase.pack_tokens if phase else None,
        accumulation=phase.gradient_accumulation_steps if phase and not batch else 1,
        max_length=max_length or (phase.max_length if phase else DEFAULT_LENGTH),
        epochs=phase.epochs if phase else 1,
        apart=phase is not None and (phase.packing is False or phase.moves_words),
        passes=2 if phase and phase.adversarial_epsilon is not None else 1,
    )


def data(root: Path, base: BaseParams, ask: Ask, rows: int | None, tokens: int | None) -> Lengths:
    """Return the data as said, or as the collected table has it."""
    if tokens is not None:
        length = min(tokens, ask.max_length)
        return Lengths(rows=rows or 1, mean_tokens=length, longest_tokens=length, counted=True)
    tables = [root / name for name in TABLES]
    found = measured(tables, _tokenizer(base), ask.max_length, in_blocks=ask.task == "text")
    return found.model_copy(update={"rows": rows}) if rows else found


def _tokenizer(base: BaseParams) -> Any:
    """Return the model's tokenizer where it is on this machine, else None."""
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(base.model, local_files_only=True)
    except (OSError, ValueError, UserError):
        return None


def methods_of(phase: Phase | None) -> list[TrainingMethod]:
    """Return every method with its defaults, that of the phase with its own dials."""
    known = [read_method({"kind": kind}) for kind in KINDS]
    if phase is None:
        return known
    return [phase.method, *(method for method in known if method.kind != phase.method.kind)]


def advised(
    config: Any, methods: list[TrainingMethod], ask: Ask, lengths: Lengths, device: Device
) -> tuple[list[Advice], dict[str, str]]:
    """Return the advice for every method, and why some cannot train this model."""
    advices: list[Advice] = []
    refused: dict[str, str] = {}
    for method in methods:
        try:
            advices.append(advise(config, method, ask, lengths, device))
        except UserError as error:
            refused[method.kind] = str(error).splitlines()[0]
    return advices, refused


def head(model: str, device: Device, lengths: Lengths) -> str:
    """Return what the estimate stands on, in two lines."""
    how = "counted" if lengths.counted else "estimated from the letters"
    return (
        f"{model} on {device.name}: {device.memory_bytes / 1e9:.1f} GB, "
        f"{device.tflops:.3g} TFLOP/s at its peak\n"
        f"{lengths.rows:,} rows of {lengths.mean_tokens:.0f} tokens on average, at most "
        f"{lengths.longest_tokens} ({how})"
    )


def notes(config: Any, ask: Ask, refused: dict[str, str]) -> list[str]:
    """Return what a person should know beside the numbers."""
    found = [f"{kind} cannot train this model: {why}" for kind, why in refused.items()]
    positions = shape_of(config).positions
    if positions and ask.max_length > positions:
        found.append(f"max_length {ask.max_length} is more than the {positions} positions it has")
    return found


def beside(phase: Phase | None) -> list[str]:
    """Return what a phase does beside learning answers, which no estimate counts."""
    if phase is None or phase.objective.kind == "likelihood":
        return []
    return [
        f"objective {phase.objective.kind}: rows are counted as answers that are learnt; a second "
        "answer of a row, a reference or teacher, and what is drawn come on top"
    ]


def table(advices: list[Advice]) -> Table:
    """Return one row a method."""
    shown = Table(title="what a training takes (estimates; docs/advise.md says how good they are)")
    for name in ("method", "batch"):
        shown.add_column(name)
    for name in ("trained", "base + moments", "activations + loss", "peak", "an epoch"):
        shown.add_column(name, justify="right")
    shown.add_column("fits")
    for advice in advices:
        one = advice.asked
        kept = one.weights_bytes + one.gradient_bytes + one.optimiser_bytes
        moving = one.activation_bytes + one.loss_bytes
        shown.add_row(
            f"{one.method}, fast path" if one.fast else one.method,
            turned(one),
            f"{one.trained:,}",
            *(size(number) for number in (kept, moving, one.peak_bytes)),
            duration(one.seconds_per_epoch),
            verdict(advice),
        )
    return shown


def verdict(advice: Advice) -> str:
    """Say whether a method fits, and with what turned."""
    if advice.fits:
        return "yes"
    if advice.instead is None:
        least = "in the shortest packs" if advice.asked.pack_tokens else "with a batch of 1"
        return f"no, not {least} either"
    return f"with {turned(advice.instead)} ({size(advice.instead.peak_bytes)})"


def turned(one: Estimate) -> str:
    """Return what a batch is, and whether activations are computed twice for it."""
    words = batch_of(one)
    return f"{words} and checkpointing" if one.checkpointing else words


def batch_of(one: Estimate) -> str:
    """Return what a batch is, and how many make a step."""
    often = f" × {one.accumulation}" if one.accumulation > 1 else ""
    if one.pack_tokens is None:
        return f"{one.batch} {'row' if one.batch == 1 else 'rows'}{often}"
    return f"packs of {one.pack_tokens:,} tokens{often}"


def size(number: float) -> str:
    """Return bytes as a person reads them."""
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.0f} MB"


def duration(seconds: float) -> str:
    """Return a time as a person reads it."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def record(
    base: BaseParams, device: Device, lengths: Lengths, ask: Ask, advices: list[Advice]
) -> dict[str, Any]:
    """Return everything as plain values."""
    return {
        "model": base.model,
        "device": device.model_dump(),
        "data": lengths.model_dump(),
        "asked": ask.model_dump(),
        "methods": {one.asked.method: one.model_dump() for one in advices},
    }
