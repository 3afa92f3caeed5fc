"""Log-probabilities of answers: of their tokens alone, never of prompt or padding."""

from typing import Any

from tunesmith.tasks.chat import IGNORED


def answer_logprobs(model: Any, inputs: dict[str, Any]) -> tuple[Any, Any]:
    """Return the summed log-probability of each row's trained tokens, and how many they are.

    Only the logits in front of a trained token are turned into probabilities, which saves most of
    the memory that a long prompt would take.

    Args:
        model: a causal language model.
        inputs: input_ids_BT, attention_mask_BT and labels_BT.

    Returns:
        logprob_B in nats, 0 for a row without a trained token, and tokens_B.
    """
    import torch
    from torch.nn.functional import cross_entropy

    logits_BTV = model(
        input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], use_cache=False
    )["logits"]
    targets_BT = inputs["labels"][:, 1:]
    trained_BT = targets_BT.ne(IGNORED)
    logits_NV = logits_BTV[:, -targets_BT.shape[1] - 1 : -1][trained_BT].float()
    own_BT = torch.zeros(targets_BT.shape, dtype=torch.float32, device=logits_NV.device)
    own_BT[trained_BT] = -cross_entropy(logits_NV, targets_BT[trained_BT], reduction="none")
    return own_BT.sum(-1), trained_BT.sum(-1)
