"""Train one phase: rows and the model that it starts from, to the weights of models/<phase>."""

import json
import shutil
from pathlib import Path
from typing import Any

import tunesmith
from tunesmith.files import sha256_file, sha256_text, sha256_tree, write_json, write_text
from tunesmith.forgotten import read_forgotten
from tunesmith.hardware import read_hardware
from tunesmith.methods import read_method
from tunesmith.methods.base.lora_file import put_on
from tunesmith.models.asked import template_sha256, tokenizer_sha256
from tunesmith.models.load import describe
from tunesmith.models.manifest import Manifest
from tunesmith.params import read_seed
from tunesmith.rows import read_rows, to_rows
from tunesmith.stage import WORK, Paths, parse_paths, run_stage
from tunesmith.tasks.endings import end_ids
from tunesmith.training.checkpoints import keep_last
from tunesmith.training.devices.batches import shared
from tunesmith.training.devices.group import Group, joined, refuse_differences
from tunesmith.training.devices.launch import launched
from tunesmith.training.disk import telling_of_a_full_disk, weights_bytes
from tunesmith.training.keeping import refuse_other_base
from tunesmith.training.params import Phase, read_phase
from tunesmith.training.run import Trained, train

CODE = (  # as in dvc.yaml
    *("advice/activations.py", "advice/moving.py", "advice/shape.py"),
    *("continual", "decoding", "endpoints", "fast", "fields.py", "forgotten.py", "methods/base"),
    *("metrics/tokens.py", "models", "objectives/base", "online", "prediction/batches.py"),
    *("prediction/generate.py", "rewards", "rows.py", "stats/resample.py", "stats/score.py"),
    *("tasks", "training"),
)


def identity(paths: Paths, phase: Phase, seed: int) -> dict[str, Any]:
    """Return everything that decides the result, apart from the code."""
    data = {"train": sha256_file(paths.rows), "validation": sha256_file(paths.validation)}
    if phase.objective.online:
        data["rewards"] = sha256_tree({"rewards": paths.rewards})
    parents = [parent_digest(paths.start), parent_digest(getattr(paths, "with"))]
    return {
        "data": data,
        "settings": phase.model_dump(mode="json", by_alias=True, exclude={"tracking"}),
        "parents": parents,
        "seed": seed,
    }


def parent_digest(folder: Path) -> str:
    """Return what identifies a model that a phase starts from or trains with."""
    descriptor, manifest = describe(folder)
    if manifest is None:
        return descriptor.digest
    return sha256_text(json.dumps(manifest.model_dump(mode="json"), sort_keys=True))


def save(
    trained: Trained,
    phase: Phase,
    made_from: dict[str, Any],
    name: str,
    out: Path,
    start: Path | None = None,
) -> None:
    """Write weights, manifest and, last, `_SUCCESS`; `start` holds what a stack stands on."""
    shutil.rmtree(out, ignore_errors=True)
    for config in getattr(trained.model, "peft_config", {}).values():
        config.base_model_name_or_path = trained.start.descriptor.model
        if isinstance(getattr(config, "target_modules", None), set):  # in the order of a hash
            config.target_modules = sorted(config.target_modules)
    tokenizer = trained.start.tokenizer
    with telling_of_a_full_disk(out, lambda: weights_bytes(trained.model)):
        phase.method.save(trained.model, out)
        method = phase.method.model_dump(mode="json")
        if phase.stack and start is not None:
            method = read_method(put_on(start, out)).model_dump(mode="json")
        for file in trained.left:
            shutil.copyfile(file, out / file.name)
        if trained.reservoir is not None:
            trained.reservoir.write(out)
        (out / "README.md").unlink(missing_ok=True)  # PEFT's empty card; stage report writes ours
        Manifest(
            phase=name,
            task=trained.asked_as or phase.asked_as,
            method=method,
            base=trained.start.descriptor,
            labels=trained.labels,
            template_sha256=template_sha256(tokenizer),
            tokenizer_sha256=tokenizer_sha256(tokenizer),
            code_sha256=sha256_tree(code_of(phase.method.kind, phase.objective.kind)),
            end_tokens=tokenizer.convert_ids_to_tokens(end_ids(tokenizer)),
            rows=trained.rows,
            trained_tokens=trained.trained_tokens,
            metrics=trained.metrics,
            **made_from,
        ).write(out)
        write_text(out / "_SUCCESS", "")


def code_of(method: str, objective: str) -> dict[str, Path]:
    """Return the code that can change the weights, by the names that dvc.yaml gives it."""
    library, stages = Path(tunesmith.__file__).parent, Path(__file__)
    own = [*CODE, f"methods/{method}.py", f"objectives/{objective}.py"]
    return {"stages/train.py": stages, **{f"src/tunesmith/{one}": library / one for one in own}}


def efficiency(trained: Trained, out: Path) -> dict[str, float]:
    """Return time, speed, memory and size; kept apart from what must repeat."""
    weights = sum(path.stat().st_size for path in out.glob("*.safetensors"))
    return {
        "train_seconds": round(trained.seconds, 2),
        "tokens_per_second": round(trained.tokens / max(trained.seconds, 1e-9), 1),
        "peak_memory_bytes": trained.peak_memory_bytes,
        "adapter_bytes": weights,
        "trainable_parameters": sum(
            p.numel() for p in trained.model.parameters() if p.requires_grad
        ),
        **trained.costs,
    }


def main() -> None:
    """Train in this process, or in as many as section `hardware` of params.yaml asks for."""
    given = ("--start", "--with", "--rows", "--validation", "--rewards", "--forgotten")
    made = ("--model", "--curves", "--outcome", "--efficiency")
    paths = parse_paths(*given, *made, names=("--phase",))
    hardware = read_hardware()
    if not launched(hardware):
        with joined(hardware) as group:
            train_phase(paths, group)


def train_phase(paths: Paths, group: Group) -> None:
    """Read rows and the phase's dials, train, write the model, its curves and its costs."""
    name = str(paths.phase)
    phase, seed = read_phase(name), read_seed()
    if phase.per_device_batch_size is not None:
        shared(phase.per_device_batch_size, phase.gradient_accumulation_steps, group.size)
    refuse_other_base(phase, name, paths.start, getattr(paths, "with"))
    made_from = identity(paths, phase, seed)
    refuse_differences(group, {"model, data or dial": made_from})
    decides = [made_from, sha256_file(paths.forgotten)]
    key = sha256_text(json.dumps(decides, sort_keys=True))[:16]
    work = WORK / "train" / (f"{key}-sharded" if group.sharded else key) / name
    rows, validation = to_rows(read_rows(paths.rows)), to_rows(read_rows(paths.validation))
    partner = getattr(paths, "with")
    if phase.objective.online:
        from tunesmith.online.folders import Folders
        from tunesmith.online.run import train_online

        folders = Folders(paths.start, partner, paths.rewards, work)
        trained = train_online(phase, folders, rows, validation, seed, group)
    else:
        kept, forgotten = WORK / "tokens", read_forgotten(paths.forgotten)
        trained = train(
            phase, paths.start, rows, validation, work, seed, kept, group, partner, forgotten
        )
    if group.first:
        save(trained, phase, made_from, name, work / "model", paths.start)
        shutil.rmtree(paths.model, ignore_errors=True)
        paths.model.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(work / "model", paths.model)  # whole or not there, even if it is killed
        paths.curves.parent.mkdir(parents=True, exist_ok=True)
        trained.curves.to_csv(paths.curves, index=False, float_format="%.6g", lineterminator="\n")
        write_json(paths.outcome, trained.outcome)
        write_json(paths.efficiency, efficiency(trained, paths.model))
        keep_last(work, WORK / "last" / name)
    if group.local_rank == 0:
        shutil.rmtree(work.parent, ignore_errors=group.size > 1)


if __name__ == "__main__":
    run_stage(main)
