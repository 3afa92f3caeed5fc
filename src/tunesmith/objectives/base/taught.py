"""What a teacher says of the next token, beside the rows that a student learns from."""

from typing import Any

from tunesmith.objectives.base.divergence import tempered, top
from tunesmith.objectives.base.kept import Columns, kept
from tunesmith.objectives.base.next_tokens import before_trained, logits_of
from tunesmith.objectives.base.pairs import padded
from tunesmith.objectives.base.setting import Setting
from tunesmith.tasks.chat import IGNORED


class TaughtCollator:
    """Pads rows on the right, and puts what the teacher said of their tokens one below another."""

    def __init__(self, pad_token_id: int) -> None:
        self.pad_token_id = pad_token_id

    def __call__(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        """Return a batch; `teacher_logprobs` and `teacher_ids` (N, K) where rows have them."""
        import torch

        ids, labels = ([item[key] for item in items] for key in ("input_ids", "labels"))
        batch = padded(ids, labels, self.pad_token_id)
        for name in ("teacher_logprobs", "teacher_ids"):
            own = [i[name] for i in items if name in i and any(x != IGNORED for x in i["labels"])]
            if own:  # a blank has the teacher's words of the row that it was, and trains none
                batch[name] = torch.cat([torch.from_numpy(one) for one in own])
        return batch


def with_top(
    setting: Setting, name: str, rows: list[Any], teacher: Any, k: int, temperature: float
) -> list[Any]:
    """Return rows with the teacher's k likeliest next tokens before each trained token.

    Args:
        setting: of the training.
        name: of the split.
        rows: encoded.
        teacher: a causal model.
        k: tokens kept.
        temperature: at which the log-probabilities are.
    """
    collate = TaughtCollator(setting.tokenizer.pad_token_id)
    words = len(setting.tokenizer)

    def compute(part: list[Any]) -> Columns:
        inputs = {key: one.to(teacher.device) for key, one in collate(part).items()}
        logits_NV = before_trained(logits_of(teacher, inputs), inputs["labels"])[:, :words]
        values, ids = top(tempered(logits_NV, temperature), k)
        return {"teacher_logprobs": values.cpu().numpy(), "teacher_ids": ids.int().cpu().numpy()}

    counts = [sum(one != IGNORED for one in row["labels"][1:]) for row in rows]
    return kept(setting, f"teacher-{name}-{k}-{temperature:g}", rows, compute, counts)
