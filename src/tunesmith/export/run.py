"""Exports one phase: merge, compare, write, compare what was written; or leave nothing."""

import gc
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.export.compare import TOLERANCE, Difference, difference, refuse_far
from tunesmith.export.merge import merged
from tunesmith.export.probe import Probe, logits, probes, prompts
from tunesmith.export.sample import sample
from tunesmith.export.write import stored_dtype, write_model
from tunesmith.files import sha256_file, write_json
from tunesmith.models.load import REWARD, Loaded, load, load_weights
from tunesmith.models.manifest import Manifest
from tunesmith.models.resolve import weights_folder
from tunesmith.rows import Row

FILE_NAME = "export.json"
NEW_TOKENS = 32


class Exported(Component):
    """What was written and how it was compared; no clock and no path of this machine."""

    phase: str
    task: str
    method: str
    base: str
    base_digest: str
    manifest_sha256: str
    dtype: str
    end_tokens: list[str]
    prompts: dict[str, int]  # language → rows that were compared
    seed: int
    tolerance: float  # largest difference of logits in the largest logit
    merged: Difference  # in fp32, before it was rounded to `dtype`
    written: Difference  # read again from the folder
    quantised: Difference | None  # to the 4-bit base that qlora saw in training; not held to
    files: dict[str, str]


def export(
    folder: Path, out: Path, rows: list[Row], count: int, seed: int, dtype: str | None = None
) -> Exported:
    """Write the model of a folder as plain weights, if it answers as it did.

    Args:
        folder: of the trained model.
        out: to write; one that an export wrote before is replaced.
        rows: held-out rows.
        count: how many of them to compare on.
        seed: of their draw.
        dtype: to write in; None for that of the base.

    Raises:
        UserError: `out` holds something else, the method cannot be merged, or the result would be
            another model.
    """
    _refuse_taken(out)
    manifest = Manifest.read(folder)
    if manifest.task == REWARD:
        raise UserError(
            f"{folder}: a reward model, whose head no export compares yet; it is used by the "
            "phases that name it in `with`"
        )
    base = weights_folder(manifest.base)
    dtype = dtype or stored_dtype(base)
    chosen = sample(rows, manifest.task, count, seed)
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        found = _write(folder, manifest, base, chosen, partial, dtype)
        record = Exported(
            phase=manifest.phase,
            task=manifest.task,
            method=str(manifest.method["kind"]),
            base=manifest.base.model,
            base_digest=manifest.base.digest,
            manifest_sha256=sha256_file(folder / "manifest.json"),
            dtype=dtype,
            end_tokens=manifest.end_tokens,
            prompts=dict(sorted(Counter(row["lang"] or "und" for row in chosen).items())),
            seed=seed,
            tolerance=TOLERANCE[dtype],
            files={path.name: sha256_file(path) for path in sorted(partial.iterdir())},
            **found,
        )
        write_json(partial / FILE_NAME, record.model_dump(mode="json"))
        shutil.rmtree(out, ignore_errors=True)
        partial.replace(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return record


def _refuse_taken(out: Path) -> None:
    """Refuse a folder that holds something that no export wrote."""
    if out.exists() and not (out / FILE_NAME).exists() and (out.is_file() or any(out.iterdir())):
        raise UserError(f"{out}: holds something else; name another folder with --out")


def _write(
    folder: Path, manifest: Manifest, base: Path, rows: list[Row], partial: Path, dtype: str
) -> dict[str, Any]:
    """Merge, compare, write and compare again; one model is in memory at a time."""
    loaded = _load(folder, manifest.task)
    length = int(manifest.settings.get("max_length", 512))
    given = prompts(loaded.tokenizer, manifest.task, rows, length)
    asked = probes(loaded, manifest.task, given, NEW_TOKENS)
    before = logits(loaded.model, asked)
    model = merged(loaded, folder)
    once = difference(before, logits(model, asked))
    refuse_far(once, "float32", "the merged model")
    write_model(model, loaded.tokenizer, base, partial, dtype)
    _refuse_other_tokens(partial, manifest, rows, given, length)
    labels, kind, descriptor = manifest.labels, loaded.method, loaded.descriptor
    del loaded, model
    gc.collect()
    again = load_weights(partial, descriptor, manifest.task, labels, _fp32()).to(_device()).eval()
    twice = difference(before, logits(again, asked))
    refuse_far(twice, dtype, "what was written")
    del again
    gc.collect()
    options = kind.load_options(_fp32()["dtype"]) if kind is not None else {}
    four_bits = _quantised(folder, manifest.task, options, before, asked) if options else None
    return {"merged": once, "written": twice, "quantised": four_bits}


def _load(folder: Path, task: str) -> Loaded:
    """Load the trained model in fp32, whatever this machine computes in."""
    return load(folder, task, [], options=_fp32())


def _quantised(
    folder: Path, task: str, options: dict[str, Any], before: list[Any], asked: list[Probe]
) -> Difference:
    """Compare with the model as its training saw it, on quantised weights."""
    loaded = load(folder, task, [], options={**_fp32(), **options})
    return difference(before, logits(loaded.model, asked))


def _refuse_other_tokens(
    partial: Path, manifest: Manifest, rows: list[Row], given: list[list[int]], length: int
) -> None:
    """Refuse a written tokenizer that gives the model other tokens."""
    from transformers import AutoTokenizer

    remote = manifest.base.trust_remote_code
    tokenizer = AutoTokenizer.from_pretrained(partial, trust_remote_code=remote)
    if prompts(tokenizer, manifest.task, rows, length) != given:
        raise UserError(
            "the tokenizer files of the base model do not give the tokens that the phase was "
            "trained with; nothing was written. Train again with this version of transformers"
        )


def _fp32() -> dict[str, Any]:
    """Return the option that loads weights in fp32."""
    import torch

    return {"dtype": torch.float32}


def _device() -> str:
    """Return where to compute."""
    from tunesmith.models.load import device

    return device()
