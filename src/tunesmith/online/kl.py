"""How far a policy is from its reference, estimated on the policy's own tokens, in nats.

Source: http://joschu.net/blog/kl-approx.html. Over samples of the policy `k1` and `k3` have the KL
divergence as their mean; `k1` may be negative on a token, `k3` never is; `k2` is biased and calm.
"""

import torch
from torch import Tensor


def k1(logprobs: Tensor, reference: Tensor) -> Tensor:
    """Return log(pi / pi_ref)."""
    return logprobs - reference


def k2(logprobs: Tensor, reference: Tensor) -> Tensor:
    """Return half the square of log(pi / pi_ref)."""
    return 0.5 * (logprobs - reference) ** 2


def k3(logprobs: Tensor, reference: Tensor) -> Tensor:
    """Return pi_ref / pi - 1 - log(pi_ref / pi)."""
    behind = reference - logprobs
    return torch.expm1(behind) - behind
