"""Orthogonal LoRA: new directions beside the parent's, which stay as they are."""

from math import sqrt
from typing import Any, Literal

from pydantic import Field

from tunesmith.continual.base import Continual, Penalty, Setting
from tunesmith.errors import UserError
from tunesmith.methods.base import LowRank, TrainingMethod

A, B = ".lora_A.", ".lora_B."
MAY_DIFFER = {"r", "alpha", "rslora", "dropout", "lora_plus"}


class Olora(Continual):
    """Train new rows of A and columns of B; add weight · Σ |A_new A_parentᵀ|.

    The result is one LoRA adapter, `method.r` its whole rank: the first part is the parent's,
    frozen, the rest is new. So it is saved, served, merged and continued as any other.

    Source: eq. 6 and 8 of https://arxiv.org/abs/2310.14152.
    """

    kind: Literal["olora"] = "olora"
    weight: float = Field(0.5, ge=0)  # of the overlap

    @property
    def adds_to_loss(self) -> bool:
        """The parent's part is held by hooks that only the plain path knows."""
        return True

    def refusal(self, method: TrainingMethod, weight_decay: float) -> str | None:
        """Return what would move the parent's part, or hide it."""
        if not isinstance(method, LowRank) or method.kind != "lora":
            return f"olora puts LoRA beside LoRA; method.kind must be lora, not {method.kind}"
        if method.dora or method.rank_pattern or getattr(method, "init", "default") != "default":
            return "olora needs a plain LoRA, without dora, rank_pattern and init"
        if weight_decay:
            return "olora keeps the parent's part as it is, which weight_decay would shrink"
        return None

    def begun(self, model: Any, parent: TrainingMethod, method: TrainingMethod, task: str) -> Any:
        """Return a model with one adapter of the whole rank, whose first part is the parent's."""
        assert isinstance(method, LowRank)
        _refuse_unlike(method, parent)
        assert isinstance(parent, LowRank)
        old = {n: w.detach().clone() for n, w in model.named_parameters() if w.requires_grad}
        grown = method.apply(model.unload(), task)
        _fill(grown, old, _scale(parent) / _scale(method))
        _hold(grown, parent.r)
        return grown

    def penalty(self, setting: Setting) -> Penalty | None:
        """Return the weighted overlap of new and old directions."""
        parent = setting.parent
        if not self.weight or not isinstance(parent, LowRank):
            return None
        directions = [w for n, w in setting.model.named_parameters() if A in n]
        return Penalty(lambda *_: self.weight * overlap(directions, parent.r))


def overlap(directions: list[Any], rank: int) -> Any:
    """Return Σ |A_new A_parentᵀ|: 0 where every new direction is orthogonal to every old one.

    Args:
        directions: A_RI of each layer, R ranks of I inputs, the first `rank` the parent's.
        rank: of the parent.
    """
    parts = [(own[rank:] @ own[:rank].detach().T).abs().sum() for own in directions]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _refuse_unlike(method: LowRank, parent: TrainingMethod) -> None:
    """Refuse a parent that cannot be the first part of this adapter."""
    if not isinstance(parent, LowRank) or parent.kind != "lora":
        raise UserError(f"continual: olora starts from a lora adapter, not from {parent.kind}")
    other = [key for key in method.differences(parent) if key not in MAY_DIFFER]
    if other or parent.dora or parent.rank_pattern:
        raise UserError(
            f"continual: olora puts new directions beside the parent's, so that method."
            f"{', '.join(other) or 'dora and rank_pattern'} must be the same and plain in both"
        )
    if method.r <= parent.r:
        raise UserError(
            f"continual: of method.r {method.r}, {parent.r} are the parent's and stay as they "
            f"are; nothing would be new. Set method.r to {2 * parent.r}, or more than {parent.r}"
        )


def _scale(method: LowRank) -> float:
    """Return what the product of B and A is multiplied by."""
    return method.alpha / (sqrt(method.r) if method.rslora else method.r)


def _fill(model: Any, old: dict[str, Any], ratio: float) -> None:
    """Write the parent's weights into the first part; the new B is 0, so nothing changes yet."""
    import torch

    with torch.no_grad():
        for name, weight in model.named_parameters():
            if A in name:
                weight[: len(old[name])] = old[name]
            elif B in name:
                weight[:, : old[name].shape[1]] = ratio * old[name]
            elif weight.requires_grad:
                weight.copy_(old[name])


def _hold(model: Any, rank: int) -> None:
    """Keep the gradient off the parent's part, so that the optimizer never moves it."""

    def hold(place: tuple[slice, ...]) -> Any:
        def without(gradient: Any) -> Any:
            held = gradient.clone()
            held[place] = 0
            return held

        return without

    for name, weight in model.named_parameters():
        if A in name:
            weight.register_hook(hold((slice(rank),)))
        elif B in name:
            weight.register_hook(hold((slice(None), slice(rank))))
