"""GKD: the student answers, and the teacher corrects every token of what it said.

Source: https://arxiv.org/abs/2306.13649.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from tunesmith.errors import UserError
from tunesmith.objectives.base import Bound, Setting, Sums, TrainingObjective
from tunesmith.objectives.base.answers import written
from tunesmith.objectives.base.divergence import divergence, tempered
from tunesmith.objectives.base.next_tokens import before_trained, count_of, logits_of
from tunesmith.objectives.base.pairs import padded
from tunesmith.objectives.base.taught import TaughtCollator
from tunesmith.objectives.base.teacher import Teacher, taught_by
from tunesmith.prediction.generate import generate
from tunesmith.tasks.chat import IGNORED


class Gkd(TrainingObjective):
    """Lower the generalised Jensen-Shannon divergence on the student's own answers.

    A batch is either one of the rows as they are, or of answers that the student draws to their
    prompts; those count as many tokens as the answers that they replace, so that a step weighs the
    same. Validation is on the rows as they are. A prompt that nobody has answered has the teacher's
    answer where the student draws none.
    """

    kind: Literal["gkd"] = "gkd"
    tasks: ClassVar[tuple[str, ...]] = ("chat", "completion")
    best_by: ClassVar[tuple[str, ...]] = ("loss",)
    prompted: ClassVar[tuple[str, ...]] = ("chat", "completion")
    on_policy_ratio: float = Field(0.5, ge=0, le=1)  # of batches that the student answers
    beta: float = Field(0.5, ge=0, le=1)  # 0: KL(teacher ‖ student), 1: KL(student ‖ teacher)
    temperature: PositiveFloat = 0.9  # of the answers that are drawn
    max_new_tokens: PositiveInt = 64
    teacher: Teacher | None = None  # None: the model that the phase trains `with`

    def bound(self, setting: Setting) -> "GkdBound":
        """Return the objective with its teacher, which stays in memory.

        Raises:
            UserError: the student lies in parts, whose processes would have to draw together.
        """
        if any(type(weight).__name__ == "DTensor" for weight in setting.model.parameters()):
            raise UserError(
                "objective gkd draws answers, which a model in parts does not give; take "
                "hardware.strategy: ddp, or objective.kind distil"
            )
        found = written(setting, setting.prompts, self.max_new_tokens)
        return GkdBound(
            setting.train + found.rows,
            setting.validation,
            TaughtCollator(setting.tokenizer.pad_token_id),
            left=found.left,
            written=found.counts,
            how=self,
            teacher=taught_by(setting, "chat").model,
            tokenizer=setting.tokenizer,
        )


@dataclass
class GkdBound(Bound):
    """GKD of one training."""

    names: tuple[str, ...] = ("on_policy",)
    how: Gkd | None = None
    teacher: Any = None
    tokenizer: Any = None

    def sums(self, model: Any, inputs: dict[str, Any]) -> Sums:
        """Return the divergence, on drawn answers in some batches of training.

        What is drawn comes from torch's generator, whose state a checkpoint holds.
        """
        import torch

        assert self.how is not None
        items, drawn = count_of(inputs["labels"]), False
        if model.training and items:
            drawn = float(torch.rand(())) < self.how.on_policy_ratio
        if drawn:
            inputs = self._answered(model, inputs)
        apart_N = self._apart(model, inputs)
        loss = apart_N.sum() * (items / max(len(apart_N), 1)) if drawn else apart_N.sum()
        return Sums(loss, items, {"on_policy": (items * float(drawn), items)})

    def _apart(self, model: Any, inputs: dict[str, Any]) -> Any:
        """Return the divergence at every trained token."""
        import torch

        assert self.how is not None
        words, labels = len(self.tokenizer), inputs["labels"]
        own = before_trained(logits_of(model, inputs), labels)[:, :words]
        with torch.no_grad():
            other = before_trained(logits_of(self.teacher, inputs), labels)[:, :words]
        return divergence(tempered(own, 1), tempered(other, 1), self.how.beta)

    def _answered(self, model: Any, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return the batch with answers that the student draws in place of the rows' own."""
        import torch

        from tunesmith.online.sampling import processors

        assert self.how is not None
        prompts = [_prompt(*row) for row in zip(inputs["input_ids"], inputs["labels"], strict=True)]
        seeds = torch.randint(2**62, (len(prompts),)).tolist()
        device, asked = inputs["input_ids"].device, getattr(model, "module", model)
        noise = processors(seeds, self.how.temperature, device)
        most = self.how.max_new_tokens
        asked.eval()
        found = generate(asked, self.tokenizer, prompts, len(prompts), most, noise)
        asked.train()
        answers = [list(one.ids) for one in found]
        whole = [prompt + answer for prompt, answer in zip(prompts, answers, strict=True)]
        labels = [
            [IGNORED] * len(prompt) + answer
            for prompt, answer in zip(prompts, answers, strict=True)
        ]
        batch = padded(whole, labels, self.tokenizer.pad_token_id)
        return {key: one.to(device) for key, one in batch.items()}


def _prompt(ids_T: Any, labels_T: Any) -> list[int]:
    """Return what stands before the first trained token; all of a blank but its padding."""
    first = labels_T.ne(IGNORED).nonzero()
    end = int(first[0]) if len(first) else 1
    prompt: list[int] = ids_T[: max(end, 1)].tolist()
    return prompt
