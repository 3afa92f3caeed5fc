"""GKD: the student answers, and the teacher corrects every token of what it said.

Source: https://arxiv.org/abs/2306.13649.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from tunesmith.errors import UserError
from tunesmith.objectives.base import Bound, Setting, Sums, TrainingObjective
from tunesmith.objectives.base.divergence import divergence, tempered
from tunesmith.objectives.base.next_tokens import before_trained, count_of, logits_of
from tunesmith.objectives.base.pairs import padded
from tunesmith.objectives.base.taught import TaughtCollator
from tunesmith.objectives.base.teacher import Teacher, taught_by
from tunesmith.tasks.chat import IGNORED
from tunesmith.tasks.endings import end_ids


class Gkd(TrainingObjective):
    """Lower the generalised Jensen-Shannon divergence on the student's own answers.

    A batch is either one of the rows as they are, or of answers that the student draws to their
    prompts; those count as many tokens as the answers that they replace, so that a step weighs the
    same. Validation is on the rows as they are.
    """

    kind: Literal["gkd"] = "gkd"
    tasks: ClassVar[tuple[str, ...]] = ("chat", "completion")
    best_by: ClassVar[tuple[str, ...]] = ("loss",)
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
        return GkdBound(
            setting.train,
            setting.validation,
            TaughtCollator(setting.tokenizer.pad_token_id),
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

        assert self.how is not None
        prompts = [_prompt(*row) for row in zip(inputs["input_ids"], inputs["labels"], strict=True)]
        ends, pad = end_ids(self.tokenizer), self.tokenizer.pad_token_id
        longest = max(map(len, prompts))
        device = inputs["input_ids"].device
        ids = torch.tensor([[pad] * (longest - len(p)) + p for p in prompts], device=device)
        mask = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in prompts])
        asked = getattr(model, "module", model)
        asked.eval()
        with torch.no_grad():
            out = asked.generate(
                input_ids=ids,
                attention_mask=mask.to(device),
                max_new_tokens=self.how.max_new_tokens,
                do_sample=True,
                temperature=self.how.temperature,
                top_k=0,
                top_p=1.0,
                eos_token_id=ends,
                pad_token_id=pad,
            )
        asked.train()
        answers = [_until(row[longest:].tolist(), ends) for row in out]
        whole = [prompt + answer for prompt, answer in zip(prompts, answers, strict=True)]
        labels = [
            [IGNORED] * len(prompt) + answer
            for prompt, answer in zip(prompts, answers, strict=True)
        ]
        return {key: one.to(device) for key, one in padded(whole, labels, pad).items()}


def _prompt(ids_T: Any, labels_T: Any) -> list[int]:
    """Return what stands before the first trained token; all of a blank but its padding."""
    first = labels_T.ne(IGNORED).nonzero()
    end = int(first[0]) if len(first) else 1
    prompt: list[int] = ids_T[: max(end, 1)].tolist()
    return prompt


def _until(ids: list[int], ends: list[int]) -> list[int]:
    """Return an answer up to its end token, which is part of it."""
    place = next((place for place, one in enumerate(ids) if one in ends), None)
    return ids if place is None else ids[: place + 1]
