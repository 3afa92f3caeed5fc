"""Trains one phase: model and rows in, trained model and curves out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from tunesmith.errors import UserError
from tunesmith.methods.base import TrainingMethod
from tunesmith.models.load import Loaded, dtype, load, peak_compute_memory_bytes
from tunesmith.rows import Row
from tunesmith.tasks.classification import label_names
from tunesmith.training.arguments import training_arguments
from tunesmith.training.collate import Collator
from tunesmith.training.curves import curves
from tunesmith.training.devices.group import ALONE, Group, refuse_differences, wait_for_all
from tunesmith.training.devices.shard import shard, trained_weights
from tunesmith.training.examples import Encoded, encode_rows
from tunesmith.training.fitting import refuse_long
from tunesmith.training.losses import class_loss
from tunesmith.training.params import Phase


@dataclass(frozen=True)
class Trained:
    """What a phase leaves behind."""

    model: Any
    start: Loaded
    labels: list[str]
    curves: pd.DataFrame
    metrics: dict[str, float]
    seconds: float
    tokens: int  # seen by the optimizer, padding not counted
    rows: dict[str, int]
    peak_memory_bytes: int  # of the GPU where there is one, else of the process


def train(
    phase: Phase,
    start: Path,
    train: list[Row],
    validation: list[Row],
    work: Path,
    seed: int,
    group: Group = ALONE,
) -> Trained:
    """Train a phase on rows; a checkpoint in `work` is continued.

    The seed is set before the method adds weights, so that an adapter starts the same each time.
    Each process of `group` calls this; what it returns is whole in the first one.
    """
    from transformers import set_seed

    set_seed(seed)
    labels = label_names(train) if phase.task == "classification" else []
    options = phase.method.load_options(dtype())
    place = "cpu" if group.sharded else None
    loaded = load(start, phase.task, labels, trainable=True, options=options, place=place)
    refuse_long(phase.max_length, phase.method.virtual_tokens, loaded.model.config)
    model = _trainable(phase, loaded)
    encode = (phase.task, loaded.tokenizer, phase.max_length, labels)
    rows = encode_rows(train, *encode)
    if group.sharded:
        model = shard(model, group.size)
    held_out = encode_rows(validation, *encode)
    trainer = _trainer(phase, model, loaded, rows, held_out, work, seed, group)
    checkpoint = _newest_checkpoint(work)
    refuse_differences(group, {"checkpoint in .work": checkpoint})
    done = trainer.train(resume_from_checkpoint=checkpoint)
    wait_for_all(group)
    return Trained(
        model=_whole(trainer.model, phase, start, labels, group),
        start=loaded,
        labels=labels,
        curves=curves(trainer.state.log_history),
        metrics={
            "train_loss": done.training_loss,
            f"validation_{_chosen_by(phase)}": float(trainer.state.best_metric),
        },
        seconds=done.metrics["train_runtime"],
        tokens=round(sum(len(row["input_ids"]) for row in rows) * trainer.state.epoch),
        rows={"train": len(train), "validation": len(validation)},
        peak_memory_bytes=peak_compute_memory_bytes(),
    )


def _trainable(phase: Phase, loaded: Loaded) -> Any:
    """Put the phase's method on the model, or go on training the parent's adapter."""
    parent = loaded.method
    if parent is None or not (parent.keeps_base or phase.method.keeps_base):
        return phase.method.apply(loaded.model, phase.task)
    _refuse_other_method(phase.method, parent, str(loaded.manifest and loaded.manifest.phase))
    return loaded.model


def _whole(model: Any, phase: Phase, start: Path, labels: list[str], group: Group) -> Any:
    """Return the trained model; one that lies in parts is built anew in the first process."""
    if not group.sharded:
        return model
    weights = trained_weights(model)
    if not group.first:
        return model
    options = phase.method.load_options(dtype())
    again = load(start, phase.task, labels, trainable=True, options=options, place="cpu")
    whole = _trainable(phase, again)
    assert not whole.load_state_dict(weights, strict=False).unexpected_keys
    return whole


def _refuse_other_method(method: TrainingMethod, parent: TrainingMethod, name: str) -> None:
    """Refuse to go on from weights of another kind or shape; only the same can be loaded again."""
    if not parent.keeps_base:
        raise UserError(
            f'phase starts from "{name}", which has weights of its own; an adapter is saved '
            "without them, so its method must be full or freeze, or it must start from base"
        )
    other = method.differences(parent)
    if "kind" in other:
        raise UserError(
            f'phase starts from "{name}", a {parent.kind} adapter, so its method must be that '
            f"too, not {method.kind}"
        )
    if other:
        raise UserError(
            f'phase starts from "{name}", an adapter whose {", ".join(other)} cannot change any '
            f"more; give both phases the same method.{other[0]}"
        )


def _trainer(
    phase: Phase,
    model: Any,
    loaded: Loaded,
    train: list[Encoded],
    validation: list[Encoded],
    work: Path,
    seed: int,
    group: Group,
) -> Any:
    """Return the Trainer of a phase."""
    from transformers import EarlyStoppingCallback

    from tunesmith.training.callbacks import Progress, StopOnBrokenLoss
    from tunesmith.training.devices.trainer import trainer_kind

    extra: list[Any] = [Progress(work.name), StopOnBrokenLoss()]
    if phase.early_stopping_patience is not None:
        extra.append(EarlyStoppingCallback(phase.early_stopping_patience))
    arguments = training_arguments(phase, len(train), work, seed, group.size)
    trainer = trainer_kind(group)(
        model=model,
        args=arguments,
        train_dataset=train,
        eval_dataset=validation,
        data_collator=Collator(loaded.tokenizer.pad_token_id),
        callbacks=extra,
        compute_loss_func=_loss(phase, loaded, train, group),
        optimizers=(phase.method.optimizer(model, arguments), None),
        compute_metrics=_accuracy if phase.task == "classification" else None,
    )
    from transformers import PrinterCallback

    trainer.remove_callback(PrinterCallback)
    return trainer


def _loss(phase: Phase, loaded: Loaded, train: list[Encoded], group: Group) -> Any:
    """Return the loss of a classifier, or None where the model's own is meant."""
    if phase.task != "classification":
        return None
    labels, classes = [row["labels"] for row in train], loaded.model.config.num_labels
    return class_loss(phase, labels, classes, group.size)


def _chosen_by(phase: Phase) -> str:
    """Return the metric that decides which checkpoint is the best."""
    return "accuracy" if phase.task == "classification" else "loss"


def _accuracy(evaluated: Any) -> dict[str, float]:
    """Return the share of right classes: what the best checkpoint of a classifier is chosen by."""
    right = evaluated.predictions.argmax(-1) == evaluated.label_ids
    return {"accuracy": float(right.mean())}


def _newest_checkpoint(work: Path) -> str | None:
    """Return the last complete checkpoint of an interrupted run, if any."""
    found = [path for path in work.glob("checkpoint-*") if (path / "trainer_state.json").exists()]
    found.sort(key=lambda path: int(path.name.rpartition("-")[2]))
    return str(found[-1]) if found else None
