"""Elastic weight consolidation: weights that earlier rows need are held where they are."""

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
from pydantic import Field, PositiveInt

from tunesmith.continual.base import (
    Continual,
    Penalty,
    Setting,
    aligned_logits,
    likelihood_loss,
    trained_weights,
)
from tunesmith.errors import UserError

FILE_NAME = "fisher.safetensors"  # in the work folder: a resumed run reads what the first one found
Fisher = Literal["empirical", "sampled", "exact"]


class Ewc(Continual):
    """Add importance / 2 · Σ F (θ - θ*)², θ* the parent's weights and F their Fisher information.

    F is the diagonal over the trained weights, estimated on a seeded sample of the rows that the
    parent kept. As these stand for all rows of all earlier phases, there is one F and one θ*
    however long the sequence is.

    Source: eq. 3 of https://arxiv.org/abs/1612.00796; one anchor: https://arxiv.org/abs/1712.03847.
    """

    kind: Literal["ewc"] = "ewc"
    importance: float = Field(ge=0)
    rows: PositiveInt = 128  # that F is estimated on, at most
    fisher: Fisher = "sampled"  # labels: the rows' own, one drawn from the model, or all classes
    normalise: bool = True  # to a mean of 1 over the weights

    @property
    def reads_reservoir(self) -> bool:
        """Nothing is estimated for a penalty of 0."""
        return self.importance > 0

    @property
    def adds_to_loss(self) -> bool:
        """A penalty of 0 is none."""
        return self.importance > 0

    def penalty(self, setting: Setting) -> Penalty | None:
        """Return the penalty, or None where it counts for nothing."""
        if not self.importance:
            return None
        anchor = trained_weights(setting.model)
        fisher = self._kept(setting)
        weights = {n: w for n, w in setting.model.named_parameters() if n in anchor}
        return Penalty(lambda *_: 0.5 * self.importance * distance(weights, anchor, fisher))

    def _kept(self, setting: Setting) -> dict[str, Any]:
        """Return F, from the work folder where an interrupted run left it."""
        from safetensors.torch import load_file, save_file

        from tunesmith.files import replacing

        path = setting.work / FILE_NAME
        if path.exists():
            device = next(setting.model.parameters()).device
            return dict(load_file(path, device=str(device)))
        fisher = self._estimated(setting)
        with replacing(path) as temporary:
            save_file(fisher, temporary)
        return fisher

    def _estimated(self, setting: Setting) -> dict[str, Any]:
        """Return F on a sample of the earlier rows.

        Raises:
            UserError: it is 0 everywhere, so that nothing would be held.
        """
        rows = sample(setting.earlier, self.rows, setting.seed)
        batches = (setting.collate([row]) for row in rows)
        fisher = fisher_diagonal(setting.model, batches, self.fisher, setting.seed)
        total = sum(float(part.sum()) for part in fisher.values())
        if total == 0:
            raise UserError(
                f"continual: the Fisher information of all weights is 0 on {len(rows)} earlier "
                "rows; take continual.fisher: sampled, or more continual.rows"
            )
        mean = total / sum(part.numel() for part in fisher.values())
        return {n: part / mean for n, part in fisher.items()} if self.normalise else fisher


def sample(rows: list[Any], most: int, seed: int) -> list[Any]:
    """Return at most so many rows, in their order."""
    if len(rows) <= most:
        return rows
    chosen = np.random.default_rng(seed).choice(len(rows), size=most, replace=False)
    return [rows[place] for place in sorted(chosen.tolist())]


def distance(weights: dict[str, Any], anchor: dict[str, Any], fisher: dict[str, Any]) -> Any:
    """Return Σ F (θ - θ*)² over all weights."""
    parts = [(fisher[name] * (weights[name] - anchor[name]) ** 2).sum() for name in anchor]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def fisher_diagonal(
    model: Any, batches: Iterable[dict[str, Any]], kind: Fisher, seed: int
) -> dict[str, Any]:
    """Return, by the name of each trained weight, the mean square of log p(y|x)'s gradient.

    Args:
        model: left as it was; dropout is off meanwhile.
        batches: one row each, with `labels`.
        kind: y is the row's own label (`empirical`), drawn from the model at every trained token
            (`sampled`), or every class by its probability (`exact`, of classifiers only).
        seed: of the draws.

    Raises:
        UserError: `exact` of a language model, whose answers cannot be counted through.

    Source: on what the three are, https://arxiv.org/abs/1905.12558.
    """
    import torch

    weights = {n: w for n, w in model.named_parameters() if w.requires_grad}
    sums = {n: torch.zeros_like(w, dtype=torch.float32) for n, w in weights.items()}
    rng = torch.Generator().manual_seed(seed)
    device, training, count = next(model.parameters()).device, model.training, 0
    model.eval()
    for batch in batches:
        inputs = {name: value.to(device) for name, value in batch.items()}
        labels = inputs.pop("labels")
        logits = model(**inputs)["logits"]
        for probability, wanted in _labels(logits.detach(), labels, kind, rng):
            loss = likelihood_loss(logits, wanted)
            found = torch.autograd.grad(
                loss, list(weights.values()), retain_graph=True, allow_unused=True
            )
            for name, gradient in zip(weights, found, strict=True):
                if gradient is not None:
                    sums[name] += probability * gradient.float() ** 2
        count += 1
    model.train(training)
    return {name: total / count for name, total in sums.items()}


def _labels(logits: Any, labels: Any, kind: Fisher, rng: Any) -> Iterable[tuple[float, Any]]:
    """Yield labels of one row with the probability that each counts with."""
    import torch

    if kind == "empirical":
        yield 1.0, labels
        return
    if kind == "exact":
        if labels.dim() > 1:
            raise UserError("continual.fisher: exact is for classes; take sampled or empirical")
        for label, probability in enumerate(logits.float().softmax(-1)[0].tolist()):
            yield probability, torch.full_like(labels, label)
        return
    found, own = aligned_logits(logits, labels)
    drawn = torch.multinomial(found.softmax(-1).cpu(), 1, generator=rng)[:, 0].to(own)
    wanted = labels.clone()
    if labels.dim() == 1:
        wanted[:] = drawn
    else:
        wanted[:, 1:][labels[:, 1:].ne(-100)] = drawn
    yield 1.0, wanted
