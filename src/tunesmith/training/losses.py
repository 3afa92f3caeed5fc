"""The loss of a classifier whose classes count differently, or whose labels are softened."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from tunesmith.training.params import Phase


def balanced_weights(labels: Sequence[int], classes: int) -> list[float]:
    """Return the weight of every class, n / (classes × n of the class): 1 on average over rows.

    Args:
        labels: number of the class of each row; every class occurs.
        classes: how many there are.

    Source: `class_weight="balanced"` of scikit-learn, after King and Zeng, 2001.
    """
    counts = Counter(labels)
    return [len(labels) / (classes * counts[label]) for label in range(classes)]


def class_loss(
    phase: Phase, labels: Sequence[int], classes: int, processes: int = 1
) -> Callable[..., Any] | None:
    """Return the loss of a phase for the Trainer, or None when the model's own is meant.

    It is the sum over rows of their weighted, smoothed cross-entropy, in nats, divided by the
    number of rows of the whole step, not by their weights: a batch of rare classes counts more.
    Several processes always take it: the model's own is a mean over what each of them has.
    """
    if processes == 1 and phase.class_weights == "none" and not phase.label_smoothing:
        return None
    weighted = phase.class_weights == "balanced"
    weights = balanced_weights(labels, classes) if weighted else [1.0] * classes

    def loss(outputs: Any, labels: Any, num_items_in_batch: Any = None) -> Any:
        """Return the mean loss of logits_BC against labels_B."""
        from torch.nn.functional import cross_entropy

        total = cross_entropy(
            outputs["logits"].float(),
            labels,
            weight=outputs["logits"].new_tensor(weights).float(),
            label_smoothing=phase.label_smoothing,
            reduction="sum",
        )
        return total / (len(labels) if num_items_in_batch is None else num_items_in_batch)

    return loss
