"""Logits where there is a label: of a class one a row, of language one a trained token."""

from typing import Any

from tunesmith.tasks.chat import IGNORED


def aligned_logits(logits: Any, labels: Any) -> tuple[Any, Any]:
    """Return logits_NV and labels_N of what is trained, N rows of a class or N tokens.

    Args:
        logits: logits_BC of classes, or logits_BTV; virtual tokens may stand before the T.
        labels: labels_B, or labels_BT in which prompt and padding are -100.
    """
    if labels.dim() == 1:
        return logits.float(), labels
    logits, labels = logits[:, -labels.shape[1] :][:, :-1], labels[:, 1:]
    trained = labels.ne(IGNORED)
    return logits[trained].float(), labels[trained]


def likelihood_loss(logits: Any, labels: Any) -> Any:
    """Return minus the log-likelihood of the labels in nats, summed; see `aligned_logits`."""
    from torch.nn.functional import cross_entropy

    return cross_entropy(*aligned_logits(logits, labels), reduction="sum")
