"""The weights that a phase trains, as they were when it began."""

from typing import Any


def trained_weights(model: Any) -> dict[str, Any]:
    """Return a copy of every weight that has a gradient, by name."""
    return {n: w.detach().clone() for n, w in model.named_parameters() if w.requires_grad}
