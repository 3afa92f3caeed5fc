"""What the objectives of reinforcement learning have in common: their dials, and what they give."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from tunesmith.objectives.base.objective import TrainingObjective
from tunesmith.online.control import FixedKl, Kl
from tunesmith.rewards import AnyReward

if TYPE_CHECKING:
    from torch import Tensor

    from tunesmith.online.experience import Experience, Seen
    from tunesmith.online.whitening import Total


@dataclass(frozen=True)
class Targets:
    """What the answers of a step teach.

    Attributes:
        advantages: of each token (BT) or of each whole answer (B).
        returns: BT, what the value head should have expected; None without one.
    """

    advantages: "Tensor"
    returns: "Tensor | None" = None

    def part(self, places: Any, width: int) -> "Targets":
        """Return those of some answers, `width` tokens wide."""
        of_tokens = self.advantages.dim() == 2
        advantages = self.advantages[places]
        returns = None if self.returns is None else self.returns[places, :width]
        return Targets(advantages[:, :width] if of_tokens else advantages, returns)


@dataclass(frozen=True)
class Share:
    """What the answers of an optimizer step come to, over all processes and batches."""

    tokens: float
    answers: float


@dataclass(frozen=True)
class Loss:
    """What a batch adds to the loss of its optimizer step; the sum over batches is the step's.

    Attributes:
        whole: has the gradient.
        parts: numbers by name, without one.
    """

    whole: "Tensor"
    parts: "dict[str, Tensor]"


class OnlineObjective(TrainingObjective):
    """The model answers prompts, rewards score the answers, and it learns from them.

    An optimizer step takes `per_device_batch_size` × `gradient_accumulation_steps` answers.
    """

    tasks: ClassVar[tuple[str, ...]] = ("prompt",)
    best_by: ClassVar[tuple[str, ...]] = ("reward",)
    online: ClassVar[bool] = True
    critic: ClassVar[bool] = False  # has a value head

    rewards: list[AnyReward] = Field(min_length=1)
    answers: PositiveInt = 64  # of a step
    max_new_tokens: PositiveInt = 64  # of an answer
    temperature: PositiveFloat = 1.0
    passes: PositiveInt = 1  # over the answers of a step
    clip_low: PositiveFloat = Field(0.2, lt=1)
    clip_high: PositiveFloat = 0.2
    kl: Kl = FixedKl()
    reward_scale: PositiveFloat = 1.0
    reward_clip: PositiveFloat | None = None
    missing_end_penalty: NonNegativeFloat = 0.0  # of an answer that did not end by itself
    max_kl: PositiveFloat = 50.0  # nats of an answer; a step beyond it stops the training
    min_entropy: NonNegativeFloat = 0.0  # nats of a token, likewise
    max_entropy: PositiveFloat | None = None

    @property
    def group_size(self) -> int:
        """Answers to each prompt."""
        return 1

    @property
    def learnt_together(self) -> int:
        """Answers that one forward pass has to see, for the loss is of all of them."""
        return 1

    @property
    def asks_reward_model(self) -> bool:
        """Whether one of the rewards is a model's."""
        return any(reward.kind == "model" for reward in self.rewards)

    @model_validator(mode="after")
    def _has_whole_groups(self) -> "OnlineObjective":
        """Refuse a step that ends amid the answers to a prompt."""
        if self.answers % self.group_size:
            raise ValueError(
                f"answers: {self.answers} of a step are no whole number of groups of "
                f"{self.group_size}"
            )
        return self

    @property
    def value_rate(self) -> float:
        """Learning rate of the value head; 0 without one."""
        return 0.0

    @property
    def entropy_learns(self) -> bool:
        """Whether the entropy is part of the loss."""
        return False

    @abstractmethod
    def targets(self, experience: "Experience", beta: float, total: "Total") -> Targets:
        """Return what the answers of a step teach.

        Args:
            experience: of this process.
            beta: what a nat of distance from the reference costs.
            total: sums over processes.
        """

    @abstractmethod
    def loss(
        self, now: "Seen", experience: "Experience", targets: Targets, share: Share, beta: float
    ) -> Loss:
        """Return what a batch adds to the loss.

        Args:
            now: what the policy makes of the answers, with a gradient.
            experience: the answers of the batch.
            targets: theirs.
            share: of what it is a share.
            beta: what a nat of distance from the reference costs.
        """
