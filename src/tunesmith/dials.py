"""The whole of params.yaml in one model, so that one look finds every mistake."""

from pydantic import Field, NonNegativeInt, model_validator

from tunesmith.analysis import AnalyzeParams
from tunesmith.augmenters import AugmentParams
from tunesmith.cleaners import CleanParams
from tunesmith.combining import Combination
from tunesmith.component import Component
from tunesmith.exam import ExamParams
from tunesmith.expectations import ValidateSuites
from tunesmith.gate import GateParams
from tunesmith.hardware import Hardware
from tunesmith.improve import ImproveParams
from tunesmith.metrics.params import EvaluateParams
from tunesmith.models.params import BaseParams
from tunesmith.monitor import MonitorParams
from tunesmith.personal import Personal
from tunesmith.prediction.params import PredictParams
from tunesmith.profile import ProfileParams
from tunesmith.proposals import ProposeParams
from tunesmith.report import ReportParams
from tunesmith.rewards.params import RewardParams
from tunesmith.search import fits
from tunesmith.search.params import SearchParams
from tunesmith.sequence import SequenceParams
from tunesmith.sources import CollectParams
from tunesmith.splitting import SplitParams
from tunesmith.training.params import Phases


class ComparedModel(Component):
    """A model that is evaluated: the folder of models/ that holds it."""

    of: str


class Dials(Phases):
    """Every section of params.yaml, in the order of dvc.yaml's stages; the flows' come last."""

    seed: NonNegativeInt
    hardware: Hardware = Hardware()
    base: BaseParams
    collect: CollectParams
    clean: CleanParams
    validate_: ValidateSuites = Field(alias="validate")
    split: SplitParams
    augment: AugmentParams
    profile: ProfileParams
    combine: dict[str, Combination] = Field(default_factory=dict)
    personalise: dict[str, Personal] = Field(default_factory=dict)
    models: dict[str, ComparedModel]
    exam: ExamParams = ExamParams()
    predict: PredictParams
    reward: RewardParams = RewardParams()
    evaluate: EvaluateParams
    sequence: SequenceParams = SequenceParams()
    analyze: AnalyzeParams
    propose: ProposeParams
    gate: GateParams
    report: ReportParams
    monitor: MonitorParams = MonitorParams()
    improve: ImproveParams = ImproveParams()
    search: SearchParams = SearchParams()

    @model_validator(mode="after")
    def _are_made_of_phases(self) -> "Dials":
        """Refuse to make models of what no phase makes, or under a name that is taken."""
        made = [("combine", name, "of", one.of) for name, one in self.combine.items()]
        own = self.personalise.items()
        made += [("personalise", name, "from", [one.starts_from]) for name, one in own]
        taken = ["base", "champion", *self.phases]
        for section, name, key, parts in made:
            if name in taken:
                raise ValueError(f"{section}.{name}: models/{name} is made elsewhere; rename it")
            taken.append(name)
            for part in parts:
                if part not in self.phases:
                    known = ", ".join(self.phases)
                    raise ValueError(f'{section}.{name}.{key}: no phase "{part}"; known: {known}')
        return self

    @model_validator(mode="after")
    def _compared_models_exist(self) -> "Dials":
        """Refuse a comparison with a model that nothing makes."""
        known = ["base", "champion", *self.phases, *self.combine, *self.personalise]
        for name, model in self.models.items():
            if model.of not in known:
                raise ValueError(f'models.{name}.of: no "{model.of}"; known: {", ".join(known)}')
        missing = {"base", "candidate", "champion"} - set(self.models)
        if missing:
            raise ValueError(f"models: missing {', '.join(sorted(missing))}")
        for name in self.sequence.steps:
            if name not in self.models:
                raise ValueError(
                    f'sequence.steps.{name}: no model "{name}"; known: {", ".join(self.models)}'
                )
        return self

    @model_validator(mode="after")
    def _rewards_have_what_they_ask(self) -> "Dials":
        """Refuse metric `reward` without a reward, and a reward model that no phase trains."""
        asked, of = self.reward.trains_with, self.phases.get(self.reward.trains_with)
        known = ", ".join(["base", *self.phases])
        if of is None and asked != "base":
            raise ValueError(f'reward.with: no phase "{asked}"; known: {known}')
        if self.reward.asks_reward_model and (of is None or of.task != "reward"):
            raise ValueError(
                f'reward.with: "{asked}" is no phase of task reward, and a reward of kind model '
                "asks one"
            )
        if "reward" in self.evaluate.metrics and not self.reward.rewards:
            raise ValueError(
                'evaluate.metrics: "reward" needs what an answer is worth; name it in '
                'reward.rewards, for instance {kind: function, of: "manners.py:leave"}'
            )
        return self

    @model_validator(mode="after")
    def _phases_say_what_they_optimise(self) -> "Dials":
        """Refuse a phase without an objective: dvc.yaml names the file of its kind."""
        for name, phase in self.phases.items():
            if "objective" not in phase.model_fields_set:
                raise ValueError(
                    f"phases.{name}.objective: missing, and dvc.yaml needs its kind; write "
                    "objective: {kind: likelihood}, which is what a phase without one did"
                )
        return self

    @model_validator(mode="after")
    def _search_fits(self) -> "Dials":
        """Refuse a search over what is no dial, or over values that a dial does not take."""
        phase = self.searched_phase
        if phase not in self.phases:
            raise ValueError(f'search.phase: no phase "{phase}"; known: {", ".join(self.phases)}')
        if self.search.space:
            given = self.model_dump(mode="json", by_alias=True, exclude_unset=True)
            whole = self.model_dump(mode="json", by_alias=True)
            rest = given.pop("search", {}) and given
            needed = self.needed_phases(phase)
            fits.check(self.search, rest, whole, needed, type(self).model_validate)
        return self

    @property
    def searched_phase(self) -> str:
        """The phase whose validation score the trials of a search are compared by.

        Of a candidate that is made of several, it is the first.
        """
        name = self.search.phase or self.models["candidate"].of
        if name in self.personalise:
            return self.personalise[name].starts_from
        return self.combine[name].of[0] if name in self.combine else name

    def needed_phases(self, name: str) -> set[str]:
        """Return a phase and every phase that is trained before it."""
        return {one for one in (name, *self._needed_by(name)) if one in self.phases}
