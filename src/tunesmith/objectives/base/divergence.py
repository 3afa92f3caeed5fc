"""How far a student's next token is from its teacher's: over all tokens, or the teacher's first k.

N positions, V tokens of the vocabulary, K of them kept of the teacher.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

LEAST = 1e-9  # probability of what is not kept, where rounding would make it 0 or less


def divergence(student_NV: "Tensor", teacher_NV: "Tensor", beta: float) -> "Tensor":
    """Return the divergence of two distributions at every position.

    Args:
        student_NV: natural-log probabilities.
        teacher_NV: likewise.
        beta: 0: KL(teacher ‖ student), which wants all that the teacher may say covered; 1:
            KL(student ‖ teacher), which wants nothing said that it would not say; between: the
            generalised Jensen-Shannon divergence, whose mixture holds so much of the teacher.

    Returns:
        D_N in nats, never below zero but for rounding.

    Source: eq. 1 of https://arxiv.org/abs/2306.13649, whose limits at 0 and 1 are zero; as TRL
    does, the KL divergences themselves stand there.
    """
    import torch

    if beta == 0:
        return _kl(teacher_NV, student_NV)
    if beta == 1:
        return _kl(student_NV, teacher_NV)
    share = torch.tensor(beta, dtype=student_NV.dtype, device=student_NV.device)
    parts = torch.stack([student_NV + torch.log1p(-share), teacher_NV + torch.log(share)])
    mixture_NV = torch.logsumexp(parts, dim=0)
    return beta * _kl(teacher_NV, mixture_NV) + (1 - beta) * _kl(student_NV, mixture_NV)


def _kl(p_NV: "Tensor", q_NV: "Tensor") -> "Tensor":
    """Return KL(p ‖ q) at every position."""
    total: Tensor = (p_NV.exp() * (p_NV - q_NV)).sum(-1)
    return total


def tempered(logits: "Tensor", temperature: float) -> "Tensor":
    """Return log-probabilities at a temperature, in fp32."""
    return (logits.float() / temperature).log_softmax(-1)


def top(logprobs_NV: "Tensor", k: int) -> "tuple[Tensor, Tensor]":
    """Return log-probabilities of the k likeliest tokens and their ids, (N, K) each."""
    found = logprobs_NV.topk(min(k, logprobs_NV.shape[-1]), dim=-1)
    return found.values, found.indices


def of_kept(student_NV: "Tensor", teacher_NK: "Tensor", ids_NK: "Tensor", beta: float) -> "Tensor":
    """Return the divergence over the kept tokens and one outcome for all others together.

    It is at most that over all tokens, and that itself where all are kept.
    """
    own_NK = student_NV.gather(-1, ids_NK)
    if own_NK.shape[-1] == student_NV.shape[-1]:
        return divergence(own_NK, teacher_NK, beta)
    return divergence(_with_rest(own_NK), _with_rest(teacher_NK), beta)


def _with_rest(kept_NK: "Tensor") -> "Tensor":
    """Return log-probabilities with that of everything else as the last, (N, K + 1)."""
    import torch

    rest_N: Any = (1 - kept_NK.exp().sum(-1)).clamp_min(LEAST).log()
    return torch.cat([kept_NK, rest_N[:, None]], dim=-1)
