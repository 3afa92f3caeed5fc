"""Trains a phase by reinforcement: model and prompts in, trained model and curves out."""

from pathlib import Path
from typing import Any

from tunesmith.errors import UserError
from tunesmith.models.load import Loaded, dtype, load
from tunesmith.objectives.base.online import OnlineObjective
from tunesmith.online.folders import Folders
from tunesmith.online.loop import Loop
from tunesmith.online.policy import Policy
from tunesmith.online.prompts import Prompt, prompts_of
from tunesmith.online.records import curves
from tunesmith.rows import Row
from tunesmith.training.batching import ROWS
from tunesmith.training.broken import refuse_broken_weights
from tunesmith.training.devices.group import ALONE, Group, gathered, wait_for_all
from tunesmith.training.fast_path import without_adapter
from tunesmith.training.fitting import fitting_rows, refuse_long
from tunesmith.training.keeping import selected
from tunesmith.training.memory import within_memory
from tunesmith.training.params import Phase
from tunesmith.training.precision import lift, lower, precision
from tunesmith.training.run import Trained, trainable

IDLE = ("packing", "pack_tokens", "neftune_noise_alpha", "layers", "reservoir", "reservoir_by")


def train_online(
    phase: Phase,
    folders: Folders,
    train: list[Row],
    validation: list[Row],
    seed: int,
    group: Group = ALONE,
) -> Trained:
    """Train a phase whose objective makes its own rows; a checkpoint in `work` is continued.

    Args:
        phase: its dials; the objective is one of reinforcement.
        folders: of models, reward functions and checkpoints.
        train: rows whose prompts are answered.
        validation: rows whose prompts choose the best checkpoint.
        seed: of adapter, prompts, answers and their order.
        group: of this process; each of its processes calls this.

    Raises:
        UserError: the phase does not fit its rows or its model, a reward is no number, the
            training leaves its bands, or memory or disk are too small.
        SystemExit: SIGTERM came; there is a checkpoint of the last step.
    """
    work = folders.work
    _refuse_unfit(phase, work.name, group)

    def attempt(fitting: Phase) -> Trained:
        return _train(fitting, folders, (train, validation), seed, group)

    named = (("train", train), ("validation", validation))
    train, validation = (
        selected(fitting_rows(r, phase.task, s, work.name, group.first), phase.only, work.name, s)
        for s, r in named
    )
    rows = phase.per_device_batch_size or ROWS
    phase = phase.model_copy(update={"per_device_batch_size": rows})
    return within_memory(phase, work, attempt, group)


def _train(
    phase: Phase,
    folders: Folders,
    rows: tuple[list[Row], list[Row]],
    seed: int,
    group: Group,
) -> Trained:
    """Train a phase in the memory that there is."""
    from transformers import set_seed

    set_seed(seed)
    objective = _objective(phase)
    loaded = _loaded(phase, folders.start)
    refuse_long(phase.max_length, 0, loaded.model.config)
    prompts = tuple(
        _prompts(phase, objective, loaded, table, which)
        for table, which in zip(rows, ("train", "validation"), strict=True)
    )
    model = trainable(phase, loaded)
    lifted = lift(model)
    policy = _policy(phase, objective, model, loaded)
    loop = Loop(phase, objective, policy, loaded.tokenizer, prompts, folders, seed, group)
    loop.run()
    wait_for_all(group)
    refuse_broken_weights(model, loop.state.global_step)
    lower(model, lifted)
    model.eval()
    return _trained(model, loaded, loop, rows, group)


def _trained(
    model: Any, loaded: Loaded, loop: Loop, rows: tuple[list[Row], list[Row]], group: Group
) -> Trained:
    """Return what the phase leaves behind."""
    state, found = loop.state, loop.summary()
    return Trained(
        model=model,
        start=loaded,
        labels=[],
        curves=curves(state.history),
        outcome={
            "best_step": state.best_global_step,
            "last_step": state.global_step,
            "prompts": {"train": len(loop.prompts), "validation": len(loop.asked)},
            "validation": found,
        },
        metrics={f"validation_{name}": value for name, value in found.items()},
        seconds=sum(loop.watch.spent.values()),
        tokens=sum(gathered(group, state.tokens)),
        rows={"train": len(rows[0]), "validation": len(rows[1])},
        trained_tokens=loop.trained_tokens,
        peak_memory_bytes=loop.peak_memory_bytes,
        asked_as=_form(loaded),
        costs={f"{name}_seconds": round(took, 2) for name, took in loop.watch.spent.items()},
    )


def _objective(phase: Phase) -> OnlineObjective:
    """Return the phase's objective, which the stage has looked at."""
    assert isinstance(phase.objective, OnlineObjective)
    return phase.objective


def _loaded(phase: Phase, start: Path) -> Loaded:
    """Load the model that a phase starts from, as its method wants it."""
    options = phase.method.load_options(dtype())
    return load(start, "chat", [], trainable=True, options=options)


def _prompts(
    phase: Phase, objective: OnlineObjective, loaded: Loaded, rows: list[Row], which: str
) -> list[Prompt]:
    """Return the prompts of a table, asked as the start was trained to be asked."""
    room = phase.max_length - objective.max_new_tokens
    if room < 1:
        raise UserError(
            f"phases.<name>.max_length: {phase.max_length} tokens leave no room for a prompt "
            f"beside max_new_tokens, {objective.max_new_tokens}; raise the first or lower the "
            "second"
        )
    return prompts_of(rows, _form(loaded), loaded.tokenizer, room, which)


def _form(loaded: Loaded) -> str:
    """Return how the start was trained to be asked."""
    task = loaded.manifest.task if loaded.manifest else "chat"
    return "completion" if task == "completion" else "chat"


def _policy(phase: Phase, objective: OnlineObjective, model: Any, loaded: Loaded) -> Policy:
    """Return the policy; dropout is off: the ratio to the old policy would be one of noise."""
    from torch import nn

    if phase.activation_checkpointing:
        without_adapter(model).activation_checkpointing_enable()
        model.enable_input_require_grads()
    for part in model.modules():
        if isinstance(part, nn.Dropout):
            part.p = 0.0
        if hasattr(part, "attention_dropout"):
            part.attention_dropout = 0.0
    return Policy(
        model,
        loaded.tokenizer.pad_token_id,
        objective.temperature,
        objective.critic,
        half=precision() == "bf16",
        recomputes=phase.activation_checkpointing,
    )


def _refuse_unfit(phase: Phase, name: str, group: Group) -> None:
    """Refuse what reinforcement cannot do, or would not look at.

    Raises:
        UserError: names the dial.
    """
    if group.sharded:
        raise UserError(
            "hardware.strategy: a model in parts does not answer, and reinforcement lives of "
            "answers; take ddp"
        )
    objective = _objective(phase)
    prompts = objective.answers // objective.group_size
    if prompts % group.size:
        raise UserError(
            f"phases.{name}.objective.answers: those of a step are to {prompts} prompts, which "
            f"{group.size} processes cannot share evenly; make it a multiple of "
            f"{group.size * objective.group_size}"
        )
    if phase.method.virtual_tokens:
        raise UserError(
            f"phases.{name}.method.kind: {phase.method.kind} puts virtual tokens before a prompt, "
            "which a batch of answers would move away from it; take lora, or another adapter"
        )
    for dial in IDLE:
        if getattr(phase, dial) is not None:
            raise UserError(f"phases.{name}.{dial}: reinforcement does not look at it; delete it")
    if phase.tracking:
        raise UserError(
            f"phases.{name}.tracking: reinforcement keeps its curves in files only; delete it"
        )
