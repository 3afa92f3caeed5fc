"""What the best checkpoint is chosen by; what needs answers is in `answered.py`."""

from collections.abc import Callable
from typing import Any, Literal

from tunesmith.tasks.chat import IGNORED

BestBy = Literal[
    "loss", "accuracy", "macro_f1", "token_accuracy", "exact_match", "rouge_l", "reward"
]
OF_CLASSES = ("loss", "accuracy", "macro_f1")
OF_TEXTS = ("loss", "token_accuracy")
OF_ANSWERS = ("exact_match", "rouge_l")  # which are generated


def known_for(task: str) -> tuple[str, ...]:
    """Return what a phase of a task can choose its best checkpoint by."""
    if task == "classification":
        return OF_CLASSES
    return OF_TEXTS if task == "text" else (*OF_TEXTS, *OF_ANSWERS)


def measured(task: str, best_by: str) -> dict[str, Callable[..., Any]]:
    """Return what the Trainer measures beside the loss, as its own arguments.

    Args:
        task: of the phase.
        best_by: what its best checkpoint is chosen by.
    """
    if task == "classification":
        return {"compute_metrics": class_scores}
    if best_by == "token_accuracy":
        return {"compute_metrics": token_scores, "preprocess_logits_for_metrics": most_likely}
    return {}


def class_scores(evaluated: Any) -> dict[str, float]:
    """Return accuracy and macro-F1 over the classes that occur, both between 0 and 1."""
    chosen, right = evaluated.predictions.argmax(-1), evaluated.label_ids
    return {"accuracy": float((chosen == right).mean()), "macro_f1": macro_f1(chosen, right)}


def macro_f1(chosen: Any, right: Any) -> float:
    """Return the mean of the classes' F1; a class counts if a row has it or was given it.

    Source: `f1_score(average="macro")` of scikit-learn.
    """
    import numpy as np

    classes = np.union1d(chosen, right)
    hits = np.array([((chosen == c) & (right == c)).sum() for c in classes])
    sizes = np.array([(chosen == c).sum() + (right == c).sum() for c in classes])
    return float((2 * hits / sizes).mean())


def most_likely(logits: Any, labels_BT: Any) -> Any:
    """Return the likeliest token at every position of the text, BT; virtual tokens are left out."""
    logits_BTV = logits[0] if isinstance(logits, tuple) else logits
    return logits_BTV.argmax(-1)[:, -labels_BT.shape[-1] :]


def token_scores(evaluated: Any) -> dict[str, float]:
    """Return the share of trained tokens that the model, given those before them, would choose."""
    chosen, right = evaluated.predictions[:, :-1], evaluated.label_ids[:, 1:]
    trained = right != IGNORED
    return {"token_accuracy": float((chosen == right)[trained].mean())}
