"""Checkpoints of reinforcement learning: all that the next step depends on.

Random numbers are not among it: those of a step follow from seed and step.
"""

import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from tunesmith.files import read_json, write_json
from tunesmith.online.policy import Policy
from tunesmith.training import checkpoints
from tunesmith.training.disk import telling_of_a_full_disk, weights_bytes

WEIGHTS = "trained.safetensors"
OPTIMIZER = "optimizer.pt"
HEAD = "value_head."


@dataclass
class State:
    """Where a training stands.

    Attributes:
        global_step: the last step that was made.
        beta: what a nat of distance costs in the next one.
        history: a record of every step and every evaluation.
        tokens: of prompts and answers that were learnt from.
        spent: seconds by part, and `peak_memory_bytes`, interrupted runs included.
        best_global_step: of the highest reward on validation prompts; None before any.
    """

    beta: float
    global_step: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)
    tokens: int = 0
    spent: dict[str, float] = field(default_factory=dict)
    best_global_step: int | None = None


def save(work: Path, state: State, policy: Policy, optimizer: Any) -> None:
    """Write a checkpoint that is whole or not there, then drop those that it replaces."""
    from safetensors.torch import save_file

    folder = work / f"{checkpoints.PREFIX}{state.global_step}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with telling_of_a_full_disk(folder, lambda: 3 * weights_bytes(policy.model)):
        save_file(_weights(policy), folder / WEIGHTS)
        torch.save(optimizer.state_dict(), folder / OPTIMIZER)
        write_json(folder / checkpoints.STATE, asdict(state))
        checkpoints.seal(folder)
        checkpoints.prune(work)


def go_on(folder: Path, policy: Policy, optimizer: Any) -> State:
    """Take up a training where a checkpoint was made."""
    load_weights(folder, policy)
    optimizer.load_state_dict(torch.load(folder / OPTIMIZER, weights_only=True))
    return State(**read_json(folder / checkpoints.STATE))


def load_weights(folder: Path, policy: Policy) -> None:
    """Give a policy the weights of a checkpoint."""
    from safetensors.torch import load_file

    saved = load_file(folder / WEIGHTS)
    own = {**policy.trained(), **_head(policy)}
    assert set(saved) == set(own)
    with torch.no_grad():
        for name, weight in own.items():
            weight.copy_(saved[name])


def _weights(policy: Policy) -> dict[str, Any]:
    """Return the trained weights and those of the value head, on the CPU."""
    own = {**policy.trained(), **_head(policy)}
    return {name: weight.detach().cpu().contiguous() for name, weight in own.items()}


def _head(policy: Policy) -> dict[str, Any]:
    """Return the weights of the value head by name."""
    named = policy.head.named_parameters() if policy.head is not None else ()
    return {f"{HEAD}{name}": weight for name, weight in named}
