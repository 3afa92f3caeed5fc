"""The dials of a phase, and the rules that phases keep among themselves."""

from pathlib import Path
from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt, field_validator, model_validator

from tunesmith.component import Component
from tunesmith.continual import Kind
from tunesmith.errors import UserError
from tunesmith.fields import Conditions, checked_conditions, checked_field
from tunesmith.methods import Method
from tunesmith.methods.lora import Lora
from tunesmith.objectives import Objective, objectives_for
from tunesmith.objectives.likelihood import Likelihood
from tunesmith.params import PARAMS_FILE, Params, load_yaml
from tunesmith.training.schedules import Schedule, refuse_idle
from tunesmith.training.scores import OF_ANSWERS, BestBy, known_for
from tunesmith.training.tracking import Tracker

OfLikelihood = Literal["chat", "classification", "completion", "text"]
Task = OfLikelihood | Literal["preference", "prompt", "reward", "unpaired"]
TAKEN = ("base", "champion")  # folders of models/ that other stages make
ASKED_AS = dict.fromkeys(
    ("preference", "prompt", "unpaired"), "chat"
)  # task of a phase → of what it makes, where they differ
ONLY_CLASSES = ("class_weights", "label_smoothing")


class Phase(Component):
    """One training run."""

    starts_from: str = Field(alias="from")
    trains_with: str = Field(alias="with")
    task: Task
    method: Method
    objective: Objective = Likelihood()
    layers: PositiveInt | None = None  # of the start that are kept; see training/cut.py
    stack: bool = False  # a new adapter on that of the start, which stays as it is
    only: Conditions = Field(default_factory=dict)  # the rows that it learns; none: all of them
    continual: Kind | None = None  # what keeps it from forgetting what it starts from
    reservoir: PositiveInt | None = None  # rows kept for later phases: training/reservoir.py
    reservoir_by: str | None = None  # field; kept rows of its values are equally many
    epochs: PositiveFloat = 2.0
    learning_rate: PositiveFloat
    schedule: Schedule = "cosine"
    warmup_ratio: float = Field(0.05, ge=0, lt=1)
    cycles: PositiveInt | None = None  # these four: see training/schedules.py
    min_lr_ratio: float | None = Field(None, ge=0, lt=1)
    power: PositiveFloat | None = None
    decay_ratio: float | None = Field(None, gt=0, le=1)
    weight_decay: float = Field(0.0, ge=0)
    max_grad_norm: PositiveFloat = 1.0
    per_device_batch_size: PositiveInt | None = None  # rows; None: see training/batching.py
    gradient_accumulation_steps: PositiveInt = 1
    max_length: PositiveInt = 512  # tokens
    pack_tokens: PositiveInt | None = None  # of a pack at most, where there are packs
    packing: bool | None = None  # rows in line instead of padding; None: on a GPU
    activation_checkpointing: bool = False  # less memory, a third more time
    evaluations_per_epoch: PositiveInt = 2
    best_by: BestBy | None = None  # None: accuracy of classes, loss of all else
    best_by_rows: PositiveInt | None = None  # of validation that are answered; None: 64
    early_stopping_patience: PositiveInt | None = None  # evaluations without gain
    tracking: list[Tracker] = Field(default_factory=list)  # see training/tracking.py
    neftune_noise_alpha: PositiveFloat | None = None  # https://arxiv.org/abs/2310.05914
    adversarial_epsilon: PositiveFloat | None = None  # see training/adversarial.py
    class_weights: Literal["balanced", "none"] = "none"  # these two: classification only
    label_smoothing: float = Field(0.0, ge=0, lt=1)

    @field_validator("only")
    @classmethod
    def _names_fields(cls, only: Conditions) -> Conditions:
        """Refuse a condition on what rows do not have."""
        return checked_conditions(only)

    @field_validator("reservoir_by")
    @classmethod
    def _names_a_field(cls, name: str | None) -> str | None:
        """Refuse what rows do not have."""
        return None if name is None else checked_field(name)

    @model_validator(mode="after")
    def _balances_what_it_keeps(self) -> "Phase":
        """Refuse to balance a reservoir that there is not."""
        if self.reservoir_by is not None and self.reservoir is None:
            raise ValueError(
                "reservoir_by: says what the kept rows are balanced by, and none is kept; set "
                "reservoir, such as 500, or take reservoir_by out"
            )
        return self

    @model_validator(mode="after")
    def _can_be_held(self) -> "Phase":
        """Refuse a way of not forgetting where it would do nothing, or harm."""
        if self.continual is None:
            return self
        if self.starts_from == "base":
            raise ValueError(
                "continual: a phase from base has no parent to forget; start it from a phase or "
                "from champion, or take continual out"
            )
        if self.objective.kind != "likelihood":
            raise ValueError(
                f"continual: goes with objective likelihood, not {self.objective.kind}"
            )
        if self.stack:
            raise ValueError(
                "continual: a stack leaves what it stands on as it is, so there is nothing to "
                "hold; take stack or continual out"
            )
        refusal = self.continual.refusal(self.method, self.weight_decay)
        if refusal:
            raise ValueError(f"continual: {refusal}")
        return self

    @model_validator(mode="after")
    def _has_no_idle_dial(self) -> "Phase":
        """Refuse a dial that this phase would not look at."""
        given = {name for name in self.model_fields_set if getattr(self, name) is not None}
        refuse_idle(self.schedule, given)
        for dial in ONLY_CLASSES:
            if self.task != "classification" and getattr(self, dial) not in ("none", 0):
                raise ValueError(f"{dial}: only a phase of task classification has classes")
        return self

    @model_validator(mode="after")
    def _learns_rows_that_can_be_moved(self) -> "Phase":
        """Refuse adversarial steps where a row is not learnt by itself, in padded batches."""
        if self.adversarial_epsilon is None:
            return self
        if self.objective.kind != "likelihood":
            raise ValueError(
                f"adversarial_epsilon: goes with objective likelihood, not {self.objective.kind}"
            )
        if self.packing:
            raise ValueError(
                "adversarial_epsilon: rows are moved one by one, in padded batches; take packing "
                "or adversarial_epsilon out"
            )
        return self

    @model_validator(mode="after")
    def _saves_what_is_cut(self) -> "Phase":
        """Refuse to cut a model that is not saved whole."""
        if self.layers is not None and self.method.keeps_base:
            raise ValueError(
                f"layers: an adapter ({self.method.kind}) is saved without the model that was cut; "
                "take method.kind full or freeze, and train adapters in a phase that starts there"
            )
        return self

    @model_validator(mode="after")
    def _can_be_stacked(self) -> "Phase":
        """Refuse to stack what cannot be saved as one adapter."""
        method = self.method
        plain = (
            isinstance(method, Lora)
            and method.init in ("default", "gaussian")
            and not (method.dora or method.modules_to_save)
        )
        if self.stack and not plain:
            raise ValueError(
                "stack: a new adapter and the one beneath are saved as one, which only plain lora "
                "can be (no dora, modules_to_save, pissa or olora)"
            )
        return self

    @model_validator(mode="after")
    def _optimises_what_its_rows_allow(self) -> "Phase":
        """Refuse an objective that is not for rows of the phase's task."""
        if self.task not in self.objective.tasks:
            raise ValueError(
                f"objective: {self.objective.kind} is for a phase of task "
                f"{' or '.join(self.objective.tasks)}, not {self.task}; for that there are: "
                f"{', '.join(objectives_for(self.task))}"
            )
        return self

    @model_validator(mode="after")
    def _measures_what_is_best(self) -> "Phase":
        """Refuse to choose by what a phase of this task does not measure."""
        known = self.objective.best_by or known_for(self.task)
        if self.chosen_by not in known:
            raise ValueError(
                f"best_by: {self.best_by} is not measured in a phase of task {self.task}; "
                f"known: {', '.join(known)}"
            )
        if self.best_by_rows is not None and self.chosen_by not in OF_ANSWERS:
            raise ValueError(
                f"best_by_rows: no row is answered for best_by {self.chosen_by}, but for "
                f"{', '.join(OF_ANSWERS)}"
            )
        return self

    @property
    def moves_words(self) -> bool:
        """Whether embedded words are moved by as much as their row is long: rows stay apart."""
        return self.neftune_noise_alpha is not None or self.adversarial_epsilon is not None

    @property
    def asked_as(self) -> str:
        """The task that the trained model is asked as."""
        return ASKED_AS.get(self.task, self.task)

    @property
    def chosen_by(self) -> BestBy:
        """What the best checkpoint is chosen by."""
        if self.best_by is not None:
            return self.best_by
        if self.objective.online:
            return "reward"
        return "accuracy" if self.task == "classification" else "loss"


class Phases(Params):
    """All phases by name; `base` is the base model and no phase."""

    phases: dict[str, Phase]

    @model_validator(mode="after")
    def _have_folders_of_their_own(self) -> "Phases":
        """Refuse a phase that would write where another stage writes."""
        for name in TAKEN:
            if name in self.phases:
                raise ValueError(f"phases.{name}: models/{name} is not a phase's; rename the phase")
        return self

    @model_validator(mode="after")
    def _lead_back_to_the_base(self) -> "Phases":
        """Refuse a phase that needs something that no phase makes, or that needs itself."""
        for name, phase in self.phases.items():
            others = [other for other in self.phases if other != name]
            known = {"from": [*TAKEN, *others], "with": ["base", *others]}
            for key, value in (("from", phase.starts_from), ("with", phase.trains_with)):
                if value not in known[key]:
                    raise ValueError(
                        f'phases.{name}.{key}: no phase "{value}"; known: {", ".join(known[key])}'
                    )
                if name in self._needed_by(value):
                    raise ValueError(
                        f'phases.{name}.{key}: "{value}" itself needs "{name}"; '
                        "let one of them start from another phase, or from base"
                    )
        return self

    @model_validator(mode="after")
    def _follow_a_reward_model(self) -> "Phases":
        """Refuse a phase whose reward is a model's without one, before any other is trained."""
        for name, phase in self.phases.items():
            asked = self.phases.get(phase.trains_with)
            if phase.objective.asks_reward_model and (asked is None or asked.task != "reward"):
                raise ValueError(
                    f'phases.{name}.with: "{phase.trains_with}" is no phase of task reward, and a '
                    "reward of kind model asks one"
                )
        return self

    def _needed_by(self, name: str) -> set[str]:
        """Return every phase that must be trained before this one."""
        found: set[str] = set()
        queue = [name]
        while queue:
            phase = self.phases.get(queue.pop())
            new = {phase.starts_from, phase.trains_with} - found if phase else set()
            found |= new
            queue += new
        return found


def read_phase(name: str, path: Path = PARAMS_FILE) -> Phase:
    """Return one phase of params.yaml, after checking all of them."""
    tree = load_yaml(path)
    phases = Phases.validated({"phases": tree.get("phases")}, tree, [], path).phases
    if name not in phases:
        raise UserError(f'{path}: no phase "{name}"; phases: {", ".join(phases)}')
    return phases[name]
