"""What LLaMA-Factory, axolotl and TRL have in common: most of it is the Trainer's."""

from typing import Any, NamedTuple, get_args

from tunesmith.dialects.translation import Translation
from tunesmith.training.schedules import NOT_TAKEN, Schedule
from tunesmith.training.tracking import Tracker

PHASE = "sft"


class Defaults(NamedTuple):
    """What a trainer takes where its file says nothing."""

    learning_rate: float
    epochs: float
    batch: int
    max_length: int
    seed: int = 42


STEPS = "its meaning depends on the number of rows; ours are shares of the whole training"
RUNS = (  # about the run, not about the model: where things go and what is logged
    *("output_dir", "overwrite_output_dir", "logging_dir", "logging_steps", "logging_first_step"),
    *("logging_strategy", "save_strategy", "save_steps", "save_total_limit", "save_only_model"),
    *("run_name", "plot_loss", "disable_tqdm", "log_level", "push_to_hub"),
    *("hub_model_id", "hub_strategy", "hub_private_repo", "hub_token", "do_train", "do_eval"),
    *("do_predict", "ddp_timeout", "dataloader_num_workers", "dataloader_pin_memory"),
    *("include_num_input_tokens_seen", "include_tokens_per_second", "remove_unused_columns"),
    *("load_best_model_at_end", "greater_is_better", "batch_eval_metrics", "save_safetensors"),
    *("per_device_eval_batch_size", "eval_accumulation_steps", "eval_on_start", "ddp_backend"),
)
NAMED_OUTSIDE = {  # keys that name where curves go → what the tracker reads
    "wandb_project": "WANDB_PROJECT",
    "wandb_entity": "WANDB_ENTITY",
    "wandb_name": "WANDB_NAME",
    "wandb_run_group": "WANDB_RUN_GROUP",
    "mlflow_tracking_uri": "MLFLOW_TRACKING_URI",
    "mlflow_experiment_name": "MLFLOW_EXPERIMENT_NAME",
}
PRECISION = ("bf16", "fp16", "tf32", "pure_bf16", "float16", "bfloat16", "torch_dtype", "dtype")
KERNELS = "the pipeline chooses the kernels that the machine has"


def begin(t: Translation, model: str, defaults: Defaults) -> None:
    """Translate what all three say in the same words: model, seed and learning rate."""
    set_precision(t)
    set_model(t, t.take(model))
    set_seed(t, defaults.seed)
    rate = t.take("learning_rate")
    t.put(f"phases.{PHASE}.learning_rate", float(rate or defaults.learning_rate))


def with_switches(method: dict[str, Any], saved: Any, **switches: Any) -> dict[str, Any]:
    """Return a LoRA with the switches that are on, and the modules that are trained whole."""
    names = [part.strip() for part in saved.split(",")] if isinstance(saved, str) else saved
    method = method | {name: True for name, on in switches.items() if on}
    return method | ({"modules_to_save": list(names)} if names else {})


def set_precision(t: Translation) -> None:
    """Pass over precision: bf16 is taken where the GPU computes in it."""
    t.ignore(*RUNS)
    for name in PRECISION:
        value = t.take(name)
        if value in ("float16", "fp16") or (name == "fp16" and value is True):
            t.lose(name, value, "weights are bf16 on a GPU that computes in it, else fp32")


def set_optimiser(t: Translation) -> None:
    """Translate what the Trainer's arguments say of the optimiser; the same names everywhere."""
    optimiser = t.take("optim", "optimizer")
    if optimiser is not None and not str(optimiser).startswith("adamw_torch"):
        t.lose("optim", optimiser, "AdamW is the optimiser of every phase")
    t.drop("AdamW's own default is used", "", "adam_beta1", "adam_beta2", "adam_epsilon")
    for name in ("weight_decay", "max_grad_norm", "neftune_noise_alpha", "label_smoothing_factor"):
        value = t.take(name)
        if name == "label_smoothing_factor":
            if value:
                t.lose(name, value, "only classes have it", "phases.<name>.label_smoothing")
        elif value:
            t.put(f"phases.{PHASE}.{name}", value)
        elif name == "max_grad_norm" and value is not None:
            t.lose(name, value, "gradients are always clipped", "phases.<name>.max_grad_norm: 1e9")


def set_batches(t: Translation, rows: str, steps: str, default: int) -> None:
    """Translate batch, accumulation and length of the training."""
    batch = t.take(rows, "per_gpu_train_batch_size")
    t.put(f"phases.{PHASE}.per_device_batch_size", default if batch is None else batch)
    accumulated = t.take("gradient_accumulation_steps")
    t.put(f"phases.{PHASE}.gradient_accumulation_steps", accumulated)
    t.drop("batches are given one by one", "phases.<name>.per_device_batch_size", steps)
    t.drop("out of memory is answered by `tunesmith advise`", "", "auto_find_batch_size")


def set_epochs(t: Translation, name: str, default: float) -> int | None:
    """Translate the epochs; return the steps that the training was limited to instead, if any."""
    epochs, most = t.take(name), t.take("max_steps")
    t.put(f"phases.{PHASE}.epochs", whole(default if epochs is None else epochs))
    if most is None or most <= 0:
        return None
    t.lose("max_steps", most, "a phase is as long as its epochs say", "phases.<name>.epochs")
    return int(most)


def set_schedule(t: Translation, most_steps: int | None, default: str, key: str) -> None:
    """Translate the learning rate's way, and its dials."""
    name = str(t.take(key) or default)
    known = get_args(Schedule)
    if name not in known:
        why = f"there are {', '.join(known)}"
        t.lose(key, name, why, NOT_TAKEN.get(name, "phases.<name>.schedule"))
        name = default
    t.put(f"phases.{PHASE}.schedule", name)
    _set_schedule_options(t, name, t.take("lr_scheduler_kwargs") or {})
    ratio, steps = t.take("warmup_ratio"), t.take("warmup_steps")
    if steps and not ratio:
        share = float(steps) if float(steps) < 1 else most_steps and float(steps) / most_steps
        if share:
            ratio = round(float(share), 6)
        else:
            t.lose("warmup_steps", steps, STEPS, "phases.<name>.warmup_ratio")
    t.put(f"phases.{PHASE}.warmup_ratio", float(ratio or 0))


def _set_schedule_options(t: Translation, name: str, options: dict[str, Any]) -> None:
    """Translate `lr_scheduler_kwargs`."""
    dials = {
        ("cosine_with_restarts", "num_cycles"): "cycles",
        ("cosine_with_min_lr", "min_lr_rate"): "min_lr_ratio",
        ("cosine_warmup_with_min_lr", "min_lr_rate"): "min_lr_ratio",
        ("polynomial", "power"): "power",
        ("warmup_stable_decay", "min_lr_ratio"): "min_lr_ratio",
    }
    for key, value in options.items():
        if (dial := dials.get((name, key))) is not None:
            t.put(f"phases.{PHASE}.{dial}", value)
        else:
            t.lose(f"lr_scheduler_kwargs.{key}", value, STEPS, "phases.<name>.decay_ratio")


def set_seed(t: Translation, default: int) -> None:
    """Translate the seed."""
    seed, own = t.take("seed"), t.take("data_seed")
    t.put("seed", default if seed is None else seed)
    if own not in (None, seed):
        t.lose("data_seed", own, "one seed decides everything", "seed")


def set_model(t: Translation, name: Any) -> None:
    """Translate the base model; its digest is pinned anew."""
    if name is not None:
        t.put("base.model", name)
        t.overlay["base"] |= {"revision": t.take("revision_of_model", "model_revision")}
        t.overlay["base"] |= {"digest": None, "chat_template": None, "trust_remote_code": False}
    if t.take("trust_remote_code"):
        t.lose(
            "trust_remote_code",
            True,
            "code of others runs only where you say so by hand",
            "base.trust_remote_code",
        )


def set_packing(t: Translation, *names: str, default: bool = False) -> None:
    """Translate packing, else take `default`, theirs; ours never lets rows see one another."""
    packing = t.take(*names)
    t.put(f"phases.{PHASE}.packing", default if packing is None else bool(packing))


def set_memory(t: Translation) -> None:
    """Translate checkpointing; leave kernels and the spread over devices to the machine."""
    recomputed = t.take("gradient_checkpointing", "activation_checkpointing")
    if recomputed is not None:  # axolotl also says offload, offload_disk
        t.put(f"phases.{PHASE}.activation_checkpointing", bool(recomputed))
    t.ignore("gradient_checkpointing_kwargs", "use_reentrant_gc", "activation_checkpointing_kwargs")
    several = "devices are a section of their own, on which no result depends"
    t.drop(several, "hardware.strategy", "deepspeed", "fsdp", "fsdp_config", "fsdp_version")
    t.drop(KERNELS, "", "flash_attn", "flash_attention", "attn_implementation", "sdp_attention")
    t.drop(KERNELS, "", "use_liger_kernel", "enable_liger_kernel", "torch_compile", "use_unsloth")
    t.drop(KERNELS, "", "xformers_attention", "eager_attention", "flex_attention", "use_kernels")


def set_validation(t: Translation, share: Any, name: str) -> None:
    """Translate the validation rows: a share is ours, a count is not."""
    if not share:
        return
    if float(share) < 1:
        t.put("split.validation_ratio", float(share))
    else:
        t.lose(name, share, "ours is a share of the rows", "split.validation_ratio")


def set_tracking(t: Translation, **asked: bool) -> None:
    """Translate where curves go: `report_to`, and what a trainer says of each tracker by itself.

    Args:
        t: with the names of a project or an experiment, which are those of our own.
        asked: trackers that other keys ask for.
    """
    named = t.take("report_to")
    names = [named] if isinstance(named, str) else list(named or [])
    wanted = dict.fromkeys([name for name in names if name != "none"])
    wanted |= dict.fromkeys([name for name, on in asked.items() if on])
    known = [name for name in wanted if name in get_args(Tracker)]
    if other := [name for name in wanted if name not in known]:
        why = f"there are {', '.join(get_args(Tracker))}"
        t.lose("report_to", other, why, "phases.<name>.tracking")
    t.put(f"phases.{PHASE}.tracking", known or None)
    for name, variable in NAMED_OUTSIDE.items():
        t.drop("the tracker reads it from the environment", variable, name)


def low_rank(kind: str, r: int, alpha: float, dropout: float, targets: Any) -> dict[str, Any]:
    """Return the method `lora` or `qlora`."""
    method = {"kind": kind, "r": int(r), "alpha": whole(alpha), "dropout": whole(dropout or 0)}
    names = [part.strip() for part in targets.split(",")] if isinstance(targets, str) else targets
    everything = names is None or names in (["all"], ["all-linear"])
    return {**method, "targets": "all-linear" if everything else list(names)}


def whole(number: Any) -> int | float:
    """Return a number without a fraction that is none."""
    return int(number) if float(number).is_integer() else float(number)


def set_early_stop(t: Translation) -> None:
    """Translate evaluation; ours is counted by epoch."""
    t.put(f"phases.{PHASE}.early_stopping_patience", t.take("early_stopping_patience"))
    by_epoch = "phases.<name>.evaluations_per_epoch"
    steps = t.take("eval_steps")
    t.ignore("eval_strategy", "evaluation_strategy")
    if steps:
        t.lose("eval_steps", steps, STEPS, by_epoch)
    t.drop("names are ours", "phases.<name>.best_by", "metric_for_best_model")


def finish_phase(t: Translation, method: dict[str, Any], task: str, max_length: int) -> None:
    """Put the phase together, in the order that phases are written in."""
    rest = t.overlay.get("phases", {}).get(PHASE, {})
    head = {"from": "base", "with": "base", "task": task, "method": method}
    head["objective"] = {"kind": "likelihood"}
    t.overlay["phases"] = {PHASE: {**head, **rest, "max_length": int(max_length)}}
    t.put("models.candidate.of", PHASE)
