"""A phase's dials in the words of the Trainer."""

import math
from pathlib import Path
from typing import Any

from tunesmith.stage import WORK
from tunesmith.training.batching import Batches
from tunesmith.training.params import Phase
from tunesmith.training.precision import precision
from tunesmith.training.schedules import USED_BY, schedule_options
from tunesmith.training.tracking import report_to


def steps_per_epoch(batches: Batches, processes: int = 1) -> int:
    """Return optimizer steps of one epoch, on any number of devices."""
    step = batches.size * batches.accumulation * processes
    return max(1, math.ceil(len(batches.train) / step))


def training_arguments(
    phase: Phase, batches: Batches, folder: Path, seed: int, processes: int = 1, **path: bool
) -> Any:
    """Return transformers' TrainingArguments; checkpoints go to `folder`.

    Several processes share the rows of each optimizer step. `path` is for the model where it
    computes by itself: activation_checkpointing, use_liger_kernel.
    """
    import torch
    from transformers import TrainingArguments

    gpu = torch.cuda.is_available()
    numbers = precision()
    per_epoch = steps_per_epoch(batches, processes)
    interval = max(1, per_epoch // phase.evaluations_per_epoch)
    arguments = TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=phase.epochs,
        learning_rate=phase.learning_rate,
        lr_scheduler_type=phase.schedule,
        lr_scheduler_kwargs=_schedule_options(phase, per_epoch),
        warmup_steps=round(phase.warmup_ratio * per_epoch * phase.epochs),
        weight_decay=phase.weight_decay,
        max_grad_norm=phase.max_grad_norm,
        per_device_train_batch_size=batches.size,
        per_device_eval_batch_size=batches.evaluated,
        gradient_accumulation_steps=batches.accumulation,
        train_sampling_strategy="random" if batches.in_line else "group_by_length",
        remove_unused_columns=False,  # the collators take what they know
        optim="adamw_torch_fused" if gpu else "adamw_torch",
        bf16=numbers == "bf16",
        fp16=numbers == "fp16",
        use_cpu=not gpu,
        eval_strategy="steps",
        eval_steps=interval,
        save_strategy="steps",
        save_steps=interval,
        load_best_model_at_end=True,
        metric_for_best_model=f"eval_{phase.chosen_by}",
        greater_is_better=phase.chosen_by != "loss",
        logging_steps=max(1, round(per_epoch * min(1, phase.epochs)) // 10),
        logging_nan_inf_filter=False,
        disable_tqdm=True,
        report_to=report_to(phase.tracking, WORK, folder.name),
        dataloader_pin_memory=gpu,
        label_names=["labels"],
        seed=seed,
        data_seed=seed,
        neftune_noise_alpha=phase.neftune_noise_alpha,
        ddp_find_unused_parameters=False,
        **{name: True for name, wanted in path.items() if wanted},
    )
    if gpu:  # else one process would spread a batch over all GPUs that it sees
        arguments._n_gpu = 1
    return arguments


def _schedule_options(phase: Phase, per_epoch: int) -> dict[str, Any]:
    """Return what the phase says of its schedule beyond the name."""
    dials = phase.model_dump(include=set(USED_BY))
    steps = round(phase.epochs * per_epoch)
    return schedule_options(phase.schedule, steps, phase.learning_rate, **dials)
