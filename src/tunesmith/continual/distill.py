"""Learning without forgetting: stay close to what the parent answers."""

from typing import Any, Literal

from pydantic import Field, PositiveFloat

from tunesmith.continual.base import Continual, Penalty, Setting, aligned_logits, trained_weights


class Distill(Continual):
    """Add the divergence from the parent's distribution, on the rows that are trained.

    The parent is the same model with its trained weights exchanged for those it began with, so
    that only these lie in memory twice: of an adapter a small part.

    Source: eq. 2 and 3 of https://arxiv.org/abs/1606.09282, with the KL divergence, which differs
    from their cross-entropy by a constant, and without a head for each task. With `ratio`, earlier
    rows are among those trained, as in https://arxiv.org/abs/2004.07211.
    """

    kind: Literal["distill"] = "distill"
    weight: float = Field(1.0, ge=0)  # of the divergence, beside 1 of the likelihood
    temperature: PositiveFloat = 2.0
    ratio: float = Field(0.0, ge=0, lt=1)  # share of earlier rows; 0: the parent's word on new ones

    @property
    def replayed(self) -> float:
        """The ratio."""
        return self.ratio

    @property
    def adds_to_loss(self) -> bool:
        """The divergence needs logits."""
        return self.weight > 0

    def penalty(self, setting: Setting) -> Penalty | None:
        """Return the weighted divergence."""
        return Penalty(_FromParent(self, setting.model), True) if self.weight else None


class _FromParent:
    """The divergence of a model from what it was at first."""

    def __init__(self, dials: Distill, model: Any) -> None:
        self.dials, self.model, self.began = dials, model, trained_weights(model)

    def __call__(self, inputs: Any, outputs: Any, items: Any) -> Any:
        """Return weight × KL, by trained token or row of the step."""
        labels = inputs["labels"]
        student, _ = aligned_logits(outputs["logits"], labels)
        teacher, _ = aligned_logits(self._answers(inputs), labels)
        total = divergence(teacher, student, self.dials.temperature)
        return self.dials.weight * total / (len(student) if items is None else items)

    def _answers(self, inputs: Any) -> Any:
        """Return the parent's logits; dropout is off, which also leaves the random numbers be."""
        import torch

        known = {name: value for name, value in inputs.items() if name != "labels"}
        training = self.model.training
        self.model.eval()
        with torch.no_grad():
            found = torch.func.functional_call(self.model, self.began, (), known)
        self.model.train(training)
        return found["logits"]


def divergence(teacher: Any, student: Any, temperature: float) -> Any:
    """Return T² · KL(teacher ‖ student) of softened distributions in nats, summed over N.

    Args:
        teacher: logits_NV.
        student: logits_NV.
        temperature: T, which both logits are divided by; T² keeps the size of the gradient.

    Source: section 2.1 of https://arxiv.org/abs/1503.02531.
    """
    from torch.nn.functional import kl_div, log_softmax

    logs = [log_softmax(logits / temperature, dim=-1) for logits in (student, teacher)]
    return temperature**2 * kl_div(logs[0], logs[1], log_target=True, reduction="sum")
