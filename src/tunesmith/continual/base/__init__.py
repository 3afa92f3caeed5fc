"""What the ways of not forgetting share."""

from tunesmith.continual.base.continual import Continual, Penalty, Setting
from tunesmith.continual.base.logits import aligned_logits, likelihood_loss
from tunesmith.continual.base.mixture import drawn
from tunesmith.continual.base.weights import trained_weights

__all__ = [
    "Continual",
    "Penalty",
    "Setting",
    "aligned_logits",
    "drawn",
    "likelihood_loss",
    "trained_weights",
]
