"""Trains one phase: model and rows in, trained model and curves out."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunesmith.errors import UserError
from tunesmith.forgotten import Forgotten
from tunesmith.methods.base import TrainingMethod
from tunesmith.models.load import Loaded, dtype, load
from tunesmith.objectives.base import Bound
from tunesmith.rows import PROMPT, Row
from tunesmith.training.arguments import training_arguments
from tunesmith.training.batching import batches
from tunesmith.training.broken import refuse_broken_weights
from tunesmith.training.checkpoints import newest_whole
from tunesmith.training.curves import curves
from tunesmith.training.cut import cut
from tunesmith.training.devices.group import (
    ALONE,
    Group,
    gathered,
    host_first,
    refuse_differences,
    wait_for_all,
)
from tunesmith.training.devices.shard import shard, trained_weights
from tunesmith.training.examples import Encoded, count_trained
from tunesmith.training.fast_path import fast_path, packs, plain_path, without_adapter
from tunesmith.training.fitting import fitting_rows, refuse_long
from tunesmith.training.keeping import (
    NOTHING,
    Before,
    counts_of,
    earlier_rows,
    kept_for_later,
    penalty_of,
    replayed,
    taken_over,
)
from tunesmith.training.lengths import lengths_of_splits
from tunesmith.training.losses import class_loss
from tunesmith.training.memory import within_memory
from tunesmith.training.params import Phase
from tunesmith.training.precision import lift, lower
from tunesmith.training.reservoir import Reservoir
from tunesmith.training.room import fitted
from tunesmith.training.scores import measured
from tunesmith.training.setting import setting_of
from tunesmith.training.token_cache import encoded_rows
from tunesmith.training.tracking import refuse_missing
from tunesmith.training.watch import outcome, stuck

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Trained:
    """What a phase leaves behind."""

    model: Any
    start: Loaded
    labels: list[str]
    curves: "pd.DataFrame"
    outcome: dict[str, Any]  # see training/watch.py and training/lengths.py
    metrics: dict[str, float]
    seconds: float  # of training, interrupted runs included
    tokens: int  # seen by the optimizer, padding not counted
    rows: dict[str, int]
    trained_tokens: int  # with a loss, in one pass over the rows
    peak_memory_bytes: int  # of the GPU where there is one, else of the process
    costs: dict[str, float] = field(default_factory=dict)  # beyond these, for their report
    asked_as: str | None = None  # task of the trained model; None: as the phase says
    left: list[Path] = field(default_factory=list)  # files that an objective leaves to the model
    reservoir: Reservoir | None = None  # rows that are kept for later phases


def train(
    phase: Phase,
    start: Path,
    train: list[Row],
    validation: list[Row],
    work: Path,
    seed: int,
    tokens: Path | None = None,
    group: Group = ALONE,
    partner: Path | None = None,
    forgotten: Forgotten = NOTHING,
) -> Trained:
    """Train a phase on rows; a checkpoint in `work` is continued, see training/exact.py.

    Args:
        phase: its dials.
        start: folder of the model that it starts from.
        train: rows of all phases; it learns those that its `only` names.
        validation: rows that choose the best checkpoint, likewise.
        work: folder of its checkpoints; its name is the phase's.
        seed: of adapter, order, dropout and noise.
        tokens: folder in which the tokens of rows are kept; None: nowhere.
        group: of this process; each of its processes calls this, what it returns is whole in the
            first one.
        partner: folder of the model that it trains with; None: of the start.
        forgotten: rows that are not taken over from the parent either.

    Raises:
        UserError: the phase does not fit its rows or its model, the loss breaks, or memory or disk
            are too small; of several processes, the memory of this one.
        SystemExit: SIGTERM came; there is a checkpoint of the last step.
    """

    def attempt(fitting: Phase) -> Trained:
        return _train(fitting, (start, partner or start), before, work, seed, tokens, group)

    refuse_missing(phase.tracking, work.name)
    named = (("train", train), ("validation", validation))
    prompted = phase.task in phase.objective.prompted
    beside = (PROMPT,) if prompted else ()
    own, other = (fitting_rows(r, phase.task, s, work.name, group.first, beside) for s, r in named)
    asked = [row for row in train if prompted and row.get("task") == PROMPT]
    before = taken_over(phase, start, (own, other), work.name, forgotten, asked)
    return within_memory(phase, work, attempt, group)


def _train(
    phase: Phase,
    folders: tuple[Path, Path],
    before: Before,
    work: Path,
    seed: int,
    tokens: Path | None,
    group: Group,
) -> Trained:
    """Train a phase in the memory that there is; `folders` hold its start and its partner.

    The seed is set before the method adds weights, so that an adapter starts the same each time.
    """
    from transformers import set_seed

    set_seed(seed)
    start, partner = folders
    loaded = _loaded(phase, start, before.labels, place="cpu" if group.sharded else None)
    refuse_long(phase.max_length, phase.method.virtual_tokens, loaded.model.config)
    model = trainable(phase, loaded)
    lifted = lift(model)
    with host_first(group):
        encoded = _encoded(phase, before, loaded, seed, tokens)
        checkpoint = newest_whole(work)
    refuse_differences(group, {"checkpoint in .work": checkpoint})
    both = (encoded.learnt, encoded.validation)
    counts = lengths_of_splits(phase, work.name, before.rows, both, group.first)
    if group.sharded:
        model = shard(model, group.size)
    trainer = _bound_trainer(phase, model, loaded, encoded, before, partner, work, seed, group)
    bound = trainer.bound
    training_loss = _fit(trainer, checkpoint, work.name, group)
    findings = bound.findings(trainer.model) if bound else {}
    model = _whole(trainer.model, phase, start, before.labels, group)
    lower(model, lifted)
    reservoir = kept_for_later(phase, before, seed)
    return Trained(
        model=model,
        start=loaded,
        labels=before.labels,
        curves=curves(trainer.state.log_history, bound.names if bound else ()),
        outcome=_outcome(phase, trainer, counts, findings),
        metrics={
            "train_loss": training_loss,
            f"validation_{phase.chosen_by}": float(trainer.state.best_metric),
        },
        seconds=trainer.seconds,
        tokens=sum(gathered(group, int(trainer.tokens))),
        rows=counts_of(before, len(encoded.replayed), reservoir),
        trained_tokens=count_trained(bound.train if bound else encoded.mixed),
        peak_memory_bytes=trainer.peak_memory_bytes,
        left=bound.left if bound else [],
        reservoir=reservoir,
    )


@dataclass(frozen=True)
class _Encoded:
    """Rows of a phase.

    Attributes:
        learnt: of train.
        validation: that choose the best checkpoint.
        earlier: all that the parent kept and the phase looks at.
        replayed: those of them that are mixed with the phase's own.
    """

    learnt: list[Encoded]
    validation: list[Encoded]
    earlier: list[Encoded]
    replayed: list[Encoded]

    @property
    def mixed(self) -> list[Encoded]:
        """What an epoch is made of."""
        return self.learnt + self.replayed


def _encoded(
    phase: Phase, before: Before, loaded: Loaded, seed: int, kept: Path | None
) -> _Encoded:
    """Encode the rows of a phase, and those that it takes over; they are kept in a folder."""
    named = (phase.task, loaded.tokenizer, phase.max_length, before.labels, kept)
    train, chooses = before.rows
    learnt = encoded_rows(train, *named) if train or not before.prompts else []
    validation = encoded_rows(chooses, *named)
    earlier, other = (
        encoded_rows(table, *named) if table else [] for table in earlier_rows(phase, before)
    )
    return _Encoded(learnt, validation, earlier, replayed(phase, other, len(learnt), seed))


def _bound_trainer(
    phase: Phase,
    model: Any,
    loaded: Loaded,
    encoded: _Encoded,
    before: Before,
    partner: Path,
    work: Path,
    seed: int,
    group: Group,
) -> Any:
    """Return the Trainer of a phase with what it optimises, what holds it and what scores it."""
    from tunesmith.training.answered import answered

    both = (encoded.learnt, encoded.validation)
    bound = phase.objective.bound(
        setting_of(phase, model, loaded, both, before, partner, work, seed, group)
    )
    rows = (encoded.mixed, encoded.validation)
    trainer = make_trainer(phase, model, loaded, *rows, work, seed, group, bound)
    trainer.penalty = penalty_of(phase, loaded, model, encoded.earlier, work, seed, group)
    trainer.answered = answered(phase, before.rows[1], loaded.tokenizer, seed, group)
    return trainer


def _outcome(
    phase: Phase, trainer: Any, counts: dict[str, Any], findings: dict[str, Any]
) -> dict[str, Any]:
    """Return what a training came to, see training/watch.py; all of it repeats."""
    state, bound = trainer.state, trainer.bound
    return {
        **outcome(state.log_history, state.best_global_step, state.global_step),
        "lengths": counts,
        **({"packs": _packs(trainer)} if trainer.pack_tokens else {}),
        **findings,
        **({"stuck": stuck(state.log_history, bound.idle)} if bound else {}),
        "validation": {phase.chosen_by: float(state.best_metric)},
    }


def _packs(trainer: Any) -> dict[str, Any]:
    """Return how steps were cut into packs, which the memory decides where no dial does."""
    arguments, fast = trainer.args, trainer.fast
    return {
        "tokens": trainer.pack_tokens,
        "of_a_step": arguments.gradient_accumulation_steps * max(1, arguments.world_size),
        "computed_twice": fast.checkpointing if fast else arguments.activation_checkpointing,
    }


def _loaded(phase: Phase, start: Path, labels: list[str], place: str | None) -> Loaded:
    """Load the model that a phase starts from, as its method wants it."""
    options = phase.method.load_options(dtype())
    loaded = load(start, phase.task, labels, trainable=True, options=options, place=place)
    if phase.layers is not None:
        cut(loaded.model, phase.layers)
    return loaded


def trainable(phase: Phase, loaded: Loaded) -> Any:
    """Put the phase's method on the model, or go on training the parent's adapter."""
    parent = loaded.method
    if parent is not None and phase.continual is not None:
        begun = phase.continual.begun(loaded.model, parent, phase.method, phase.task)
        if begun is not None:
            return begun
    if phase.stack:
        return phase.method.apply(_frozen_beneath(loaded), phase.task)
    if parent is None or not (parent.keeps_base or phase.method.keeps_base):
        return phase.method.apply(loaded.model, phase.task)
    _refuse_other_method(phase.method, parent, str(loaded.manifest and loaded.manifest.phase))
    return loaded.model


def _frozen_beneath(loaded: Loaded) -> Any:
    """Return the start with its adapter put into the weights, for the time of training.

    What is saved leaves the base as it is, see `put_on` of methods/base/lora_file.py.

    Raises:
        UserError: the start has no adapter that a new one can be saved with.
    """
    if loaded.method is None or loaded.method.kind not in ("lora", "qlora"):
        kind = "no adapter" if loaded.method is None else f"method {loaded.method.kind}"
        raise UserError(
            f"stack: the phase starts from a model of {kind}; a new adapter is stacked on lora"
        )
    return loaded.model.merge_and_unload(safe_merge=True)


def _fit(trainer: Any, checkpoint: Path | None, name: str, group: Group) -> float:
    """Train to the end, or up to a signal, in all processes; return the mean loss."""
    from tunesmith.training.stopping import StopOnSignal

    stop = StopOnSignal(name)
    trainer.add_callback(stop)
    with stop.listening():
        done = trainer.train(resume_from_checkpoint=checkpoint)
    wait_for_all(group)
    refuse_broken_weights(trainer.model, trainer.state.global_step)
    return float(done.training_loss)


def _whole(model: Any, phase: Phase, start: Path, labels: list[str], group: Group) -> Any:
    """Return the trained model, which takes padded batches, as one that is loaded does.

    A model that lies in parts is built anew in the first process.
    """
    from tunesmith.fast.interface import see_all

    if not group.sharded:
        see_all(without_adapter(model))
        return model
    weights = trained_weights(model)
    if not group.first:
        return model
    whole = trainable(phase, _loaded(phase, start, labels, place="cpu"))
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


def make_trainer(
    phase: Phase,
    model: Any,
    loaded: Loaded,
    train: list[Encoded],
    validation: list[Encoded],
    work: Path,
    seed: int,
    group: Group = ALONE,
    bound: Bound | None = None,
) -> Any:
    """Return the Trainer of a phase; its rows and collator are those of a bound objective."""
    from transformers import PrinterCallback

    from tunesmith.training.adversarial import Adversary
    from tunesmith.training.callbacks import Progress, StopOnBrokenLoss, TellOfLosses
    from tunesmith.training.devices.trainer import trainer_kind
    from tunesmith.training.stopping import EarlyStopping
    from tunesmith.training.trainer import PhaseTrainer

    idle = bound.idle if bound else None
    extra: list[Any] = [Progress(work.name), StopOnBrokenLoss(), TellOfLosses(work.name, idle)]
    if phase.early_stopping_patience is not None:
        extra.append(EarlyStopping(phase.early_stopping_patience))
    in_line = packs(phase, model)
    train, validation = (bound.train, bound.validation) if bound else (train, validation)
    if in_line:
        phase = fitted(phase, model, train, work, group)
    drawn = batches(phase, train, validation, loaded.tokenizer.pad_token_id, in_line, group.size)
    longest = max(len(row["input_ids"]) for row in train)
    fast = fast_path(phase, model, longest, group) if in_line else None
    path = {} if fast else plain_path(phase, model)
    arguments = training_arguments(phase, drawn, work, seed, group.size, **path)
    trainer = trainer_kind(group, PhaseTrainer, past_forward=fast is not None)(
        model=model,
        args=arguments,
        train_dataset=drawn.train,
        eval_dataset=drawn.validation,
        data_collator=bound.collator if bound else drawn.collator,
        callbacks=extra,
        compute_loss_func=bound.sums if bound else _loss(phase, loaded, train),
        optimizers=(phase.method.optimizer(model, arguments), None),
        **({} if bound else measured(phase.task, phase.chosen_by)),
    )
    trainer.fast, trainer.bound, trainer.pack_tokens = fast, bound, drawn.pack_tokens
    if phase.adversarial_epsilon is not None:
        trainer.adversary = Adversary(without_adapter(model), phase.adversarial_epsilon)
    trainer.remove_callback(PrinterCallback)
    return trainer


def _loss(phase: Phase, loaded: Loaded, train: list[Encoded]) -> Any:
    """Return the loss of a classifier, or None where the model's own is meant."""
    if phase.task != "classification":
        return None
    return class_loss(phase, [row["labels"] for row in train], loaded.model.config.num_labels)
