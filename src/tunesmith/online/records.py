"""What is noted of each step: the curves of a training, and the line that is printed."""

from typing import TYPE_CHECKING, Any

import torch

from tunesmith.online.collect import Collected
from tunesmith.online.kl import k1
from tunesmith.online.together import Together

if TYPE_CHECKING:
    import pandas as pd

NAMES = (
    *("reward", "reward_deviation", "kl", "entropy", "clip_fraction", "policy_loss", "value_loss"),
    *("accuracy", "length", "finished", "beta"),
)
COLUMNS = ["step", "epoch", "split", "loss", "learning_rate", "grad_norm", *NAMES]


def measured(collected: Collected, together: Together) -> dict[str, float]:
    """Return what answers are like, over all processes.

    `reward` is the mean as the rewards gave it, `kl` nats of a whole answer from the reference,
    `entropy` nats of a token, `length` tokens with the end, `finished` the share that ended by
    itself.
    """
    experience = collected.experience
    mask_BT = experience.mask
    distance_BT = k1(experience.old.logprobs, experience.reference) * mask_BT
    device = mask_BT.device
    scores_B = torch.tensor(collected.scores, dtype=torch.float64, device=device)
    finished = sum(answer.finished for answer in collected.answers)
    sums: list[Any] = [
        len(scores_B),
        scores_B.sum(),
        (scores_B**2).sum(),
        distance_BT.double().sum(),
    ]
    sums += [experience.old.entropy.double().sum(), mask_BT.sum(), finished]
    own = torch.tensor([float(one) for one in sums], dtype=torch.float64, device=device)
    answers, score, square, distance, entropy, tokens, ended = together.total(own).tolist()
    reward = score / answers
    return {
        "reward": reward,
        "reward_deviation": max(0.0, square / answers - reward**2) ** 0.5,
        "kl": distance / answers,
        "entropy": entropy / tokens,
        "length": tokens / answers,
        "finished": ended / answers,
    }


def line(phase: str, record: dict[str, Any], steps: int, left: str) -> str:
    """Return a step as one line."""
    words = [f"{phase}: step {record['step']}/{steps}", f"reward {record['reward']:.4f}"]
    words.append(f"KL {record['kl']:.3f} nats an answer")
    words.append(f"entropy {record['entropy']:.3f}")
    if record["split"] == "validation":
        return ", ".join([words[0], f"validation {words[1]}", *words[2:]])
    if "clip_fraction" in record:
        words.append(f"clipped {record['clip_fraction']:.1%}")
    if "accuracy" in record:
        words.append(f"pairs told {record['accuracy']:.1%}")
    if "value_loss" in record:
        words.append(f"value loss {record['value_loss']:.4f}")
    words += [f"{record['length']:.1f} tokens", f"beta {record['beta']:.3g}", f"{left} left"]
    return ", ".join(words)


def curves(history: list[dict[str, Any]]) -> "pd.DataFrame":
    """Return one row a step and one an evaluation; no clock in it."""
    import pandas as pd

    return pd.DataFrame(history, columns=COLUMNS)
