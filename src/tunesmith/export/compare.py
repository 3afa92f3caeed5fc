"""How far two models are apart, and how far they may be."""

from typing import Any

from tunesmith.component import Component
from tunesmith.errors import UserError

# The largest difference of logits that rounding explains, in the largest logit. fp32: the order of
# sums; bf16 keeps 8 bits of a weight and fp16 11, and errors of many layers add up.
TOLERANCE = {"float32": 1e-4, "float16": 1e-2, "bfloat16": 5e-2}
TIPPED = {"float32": 0.0, "float16": 0.01, "bfloat16": 0.03}  # share of places whose token changes


class Difference(Component):
    """Two models on the same places."""

    places: int
    same_tokens: int  # places where both prefer the same token
    max_logit_difference: float
    max_logit: float  # the largest absolute logit of the first model

    @property
    def relative(self) -> float:
        """The largest difference in the largest logit."""
        return self.max_logit_difference / max(self.max_logit, 1e-12)

    @property
    def tipped(self) -> float:
        """The share of places where the models prefer different tokens."""
        return 1 - self.same_tokens / self.places


def difference(first: list[Any], second: list[Any]) -> Difference:
    """Compare the logits_TV of two models, probe by probe."""
    import torch

    return Difference(
        places=sum(len(one) for one in first),
        same_tokens=sum(
            int((a.argmax(-1) == b.argmax(-1)).sum()) for a, b in zip(first, second, strict=True)
        ),
        max_logit_difference=float(  # torch keeps what is no number, Python's max may not
            torch.stack([(a - b).abs().max() for a, b in zip(first, second, strict=True)]).max()
        ),
        max_logit=max(float(a.abs().max()) for a in first),
    )


def refuse_far(found: Difference, dtype: str, what: str) -> None:
    """Refuse a model that is another one than was trained.

    Raises:
        UserError: logits differ by more than the rounding of `dtype`, or too many tokens changed.
    """
    close = found.relative <= TOLERANCE[dtype] and found.tipped <= TIPPED[dtype]
    if not close:  # also when a logit is no number
        raise UserError(
            f"{what} is not the model that was trained: {found.places - found.same_tokens} of "
            f"{found.places} greedy tokens differ, logits by up to "
            f"{found.max_logit_difference:.3g} (largest logit {found.max_logit:.3g}, allowed in "
            f"{dtype}: {TOLERANCE[dtype]:g} of it); nothing was written. Serve the adapter beside "
            "its base, or try --dtype float32"
        )
