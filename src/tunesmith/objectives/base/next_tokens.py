"""What a model says before each trained token: its logits and their cross-entropy.

B sequences, T tokens padded to the longest, N trained tokens in all, V tokens of the vocabulary.
"""

from typing import TYPE_CHECKING, Any

from tunesmith.tasks.chat import IGNORED

if TYPE_CHECKING:
    from torch import Tensor


def logits_of(model: Any, inputs: dict[str, Any]) -> "Tensor":
    """Return logits_BTV of a batch; those of virtual tokens are left out."""
    found: Tensor = model(
        input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], use_cache=False
    )["logits"]
    return found[:, -inputs["input_ids"].shape[1] :]


def likelihood_sum(logits_BTV: "Tensor", labels_BT: "Tensor") -> "Tensor":
    """Return the summed cross-entropy of the trained tokens, as transformers computes it."""
    from torch.nn.functional import cross_entropy, pad

    targets = pad(labels_BT, (0, 1), value=IGNORED)[..., 1:].contiguous().view(-1)
    logits = logits_BTV.float().view(-1, logits_BTV.shape[-1])
    total: Tensor = cross_entropy(logits, targets, ignore_index=IGNORED, reduction="sum")
    return total


def before_trained(values_BTX: "Tensor", labels_BT: "Tensor") -> "Tensor":
    """Return what stands in front of each trained token, (N, X), row by row."""
    return values_BTX[:, :-1][labels_BT[:, 1:].ne(IGNORED)]


def count_of(labels_BT: "Tensor") -> "Tensor":
    """Return how many tokens are trained."""
    return labels_BT[..., 1:].ne(IGNORED).sum()
