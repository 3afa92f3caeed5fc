"""A model that gives answers and learns from them, with its value head and the way to its start.

The reference needs no second model: it is the same model with the trained weights as they were at
the start, which are kept beside it. With an adapter these are few; with `full` they are a copy.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from tunesmith.online.experience import Rollout, Seen, longest, mask_of


class Policy:
    """A model in reinforcement learning.

    Attributes:
        model: with the phase's method on it, on its device.
        head: expects what will come from the last hidden state; None without a critic. Its
            gradient stops there: an undetached head pulls the policy with it.
    """

    def __init__(
        self,
        model: Any,
        pad_id: int,
        temperature: float,
        critic: bool,
        half: bool = False,
        recomputes: bool = False,
    ) -> None:
        """Take a model that begins to learn.

        Args:
            model: with what is trained.
            pad_id: of the token that fills batches.
            temperature: at which answers are sampled, and their probabilities meant.
            critic: give it a value head, which expects 0 at first.
            half: compute in bfloat16.
            recomputes: the model computes activations twice instead of keeping them, which it does
                only while it is said to train; it must have no dropout.
        """
        self.model, self._pad, self._temperature, self._half = model, pad_id, temperature, half
        self._recomputes = recomputes
        self.head = _value_head(model) if critic else None
        self._start = {name: weight.detach().clone() for name, weight in self.trained().items()}
        self._hidden: list[Tensor] = []
        model.get_output_embeddings().register_forward_pre_hook(self._keep)

    def trained(self) -> dict[str, nn.Parameter]:
        """Return the trained weights of the model by name; the value head is not among them."""
        return {n: w for n, w in self.model.named_parameters() if w.requires_grad}

    @contextmanager
    def at_start(self) -> Iterator[None]:
        """Let the model be the reference within the block."""
        trained = self.trained()
        now = {name: weight.data for name, weight in trained.items()}
        try:
            for name, weight in trained.items():
                weight.data = self._start[name]
            yield
        finally:
            for name, weight in trained.items():
                weight.data = now[name]

    def go_back(self) -> None:
        """Give the model the weights of the start for good."""
        with torch.no_grad():
            for name, weight in self.trained().items():
                weight.copy_(self._start[name])

    def computing(self) -> AbstractContextManager[Any]:
        """Return the context in which the model computes."""
        return torch.autocast("cuda", torch.bfloat16) if self._half else nullcontext()

    def see(self, rollouts: Sequence[Rollout], entropy_learns: bool = False) -> Seen:
        """Return what the model makes of answers.

        Args:
            rollouts: prompts stand right before their answers, padding on both sides of them.
            entropy_learns: whether the entropy has a gradient; it costs memory.
        """
        width = longest(rollouts)
        ids_BN, mask_BN = self._batch(rollouts, width)
        logits_BTV, hidden_BTH = self._forward(ids_BN, mask_BN, width)
        mask_BT = mask_of(rollouts, ids_BN.device)
        whole_BT = logits_BTV.logsumexp(-1)
        own_BT = logits_BTV.gather(-1, ids_BN[:, -width:, None])[..., 0] - whole_BT
        with nullcontext() if entropy_learns else torch.no_grad():
            mean_BT = (torch.softmax(logits_BTV, -1) * logits_BTV).sum(-1)
            entropy_BT = (whole_BT - mean_BT) * mask_BT
        return Seen(own_BT * mask_BT, entropy_BT, self._values(hidden_BTH) * mask_BT)

    def _batch(self, rollouts: Sequence[Rollout], width: int) -> tuple[Tensor, Tensor]:
        """Return ids_BN and mask_BN: answers begin at the same place."""
        before = max(len(rollout.prompt) for rollout in rollouts)
        ids, mask = [], []
        for prompt, answer in rollouts:
            left, right = before - len(prompt), width - len(answer)
            ids.append([self._pad] * left + prompt + answer + [self._pad] * right)
            mask.append([0] * left + [1] * (len(prompt) + len(answer)) + [0] * right)
        device = self.model.device
        return torch.tensor(ids, device=device), torch.tensor(mask, device=device)

    def _forward(self, ids_BN: Tensor, mask_BN: Tensor, width: int) -> tuple[Tensor, Tensor]:
        """Return logits and hidden states in front of each token of the answers, in float32."""
        self._hidden.clear()
        self.model.train(self._recomputes and torch.is_grad_enabled())
        with self.computing():
            out = self.model(
                input_ids=ids_BN,
                attention_mask=mask_BN,
                position_ids=(mask_BN.cumsum(-1) - 1).clamp(min=0),
                use_cache=False,
                logits_to_keep=width + 1,
            )
        self.model.eval()
        hidden = self._hidden.pop()
        here = slice(-width - 1, -1)
        return out.logits[:, here].float() / self._temperature, hidden[:, here].detach().float()

    def _values(self, hidden_BTH: Tensor) -> Tensor:
        """Return what is expected to come, BT."""
        if self.head is None:
            return torch.zeros(hidden_BTH.shape[:2], device=hidden_BTH.device)
        values_BT: Tensor = self.head(hidden_BTH)[..., 0] / hidden_BTH.shape[-1] ** 0.5
        return values_BT

    def _keep(self, _module: Any, given: tuple[Tensor, ...]) -> None:
        """Keep the hidden states that the output layer is given."""
        self._hidden[:] = [given[0]]


def _value_head(model: Any) -> nn.Linear:
    """Return a head that expects 0 of everything."""
    size = model.get_output_embeddings().weight.shape[-1]
    head = nn.Linear(size, 1).to(model.device, torch.float32)
    nn.init.zeros_(head.weight)
    nn.init.zeros_(head.bias)
    return head
