"""A phase's dials in the words of the Trainer."""

import math
from pathlib import Path
from typing import Any

from tunesmith.training.devices.batches import shared
from tunesmith.training.params import Phase
from tunesmith.training.schedules import USED_BY, schedule_options


def steps_per_epoch(phase: Phase, rows: int) -> int:
    """Return optimizer steps of one epoch, on any number of devices."""
    batch = phase.per_device_batch_size * phase.gradient_accumulation_steps
    return max(1, math.ceil(rows / batch))


def training_arguments(phase: Phase, rows: int, folder: Path, seed: int, processes: int = 1) -> Any:
    """Return transformers' TrainingArguments; checkpoints go to `folder`.

    Several processes share the rows of each optimizer step, see `devices.batches`.
    """
    import torch
    from transformers import TrainingArguments

    gpu = torch.cuda.is_available()
    is_class = phase.task == "classification"
    per_epoch = steps_per_epoch(phase, rows)
    interval = max(1, per_epoch // phase.evaluations_per_epoch)
    batch, accumulation = shared(
        phase.per_device_batch_size, phase.gradient_accumulation_steps, processes
    )
    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=phase.epochs,
        learning_rate=phase.learning_rate,
        lr_scheduler_type=phase.schedule,
        lr_scheduler_kwargs=_schedule_options(phase, per_epoch),
        warmup_steps=round(phase.warmup_ratio * per_epoch * phase.epochs),
        weight_decay=phase.weight_decay,
        max_grad_norm=phase.max_grad_norm,
        per_device_train_batch_size=batch,
        per_device_eval_batch_size=phase.per_device_batch_size * 2,
        gradient_accumulation_steps=accumulation,
        train_sampling_strategy="group_by_length",
        optim="adamw_torch_fused" if gpu else "adamw_torch",
        bf16=gpu and torch.cuda.is_bf16_supported(),
        use_cpu=not gpu,
        eval_strategy="steps",
        eval_steps=interval,
        save_strategy="steps",
        save_steps=interval,
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model="eval_accuracy" if is_class else "eval_loss",
        greater_is_better=is_class,
        logging_steps=max(1, per_epoch // 10),
        logging_nan_inf_filter=False,
        disable_tqdm=True,
        report_to="none",
        dataloader_pin_memory=gpu,
        label_names=["labels"],
        seed=seed,
        data_seed=seed,
        neftune_noise_alpha=phase.neftune_noise_alpha,
        ddp_find_unused_parameters=False,
    )
    if gpu:  # else one process would spread a batch over all GPUs that it sees
        arguments._n_gpu = 1
    return arguments


def _schedule_options(phase: Phase, per_epoch: int) -> dict[str, Any]:
    """Return what the phase says of its schedule beyond the name."""
    dials = phase.model_dump(include=set(USED_BY))
    steps = round(phase.epochs * per_epoch)
    return schedule_options(phase.schedule, steps, phase.learning_rate, **dials)
