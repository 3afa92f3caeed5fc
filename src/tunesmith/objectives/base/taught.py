"""What a teacher makes of rows, computed once and kept in the phase's work folder.

A training that goes on after an interruption meets the very numbers with which it began.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from tunesmith.files import replacing
from tunesmith.objectives.base.divergence import tempered, top
from tunesmith.objectives.base.next_tokens import before_trained, logits_of
from tunesmith.objectives.base.pairs import padded
from tunesmith.objectives.base.setting import Setting
from tunesmith.tasks.chat import IGNORED

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILE = "teacher-{}.safetensors"
Columns = dict[str, "NDArray[Any]"]


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
    return kept(setting, f"{name}-{k}-{temperature:g}", rows, compute, counts)


def kept(
    setting: Setting,
    name: str,
    rows: list[Any],
    compute: Callable[[list[Any]], Columns],
    counts: list[int],
) -> list[Any]:
    """Return rows with columns that are read from the work folder, or computed and written there.

    Args:
        setting: of the training.
        name: of the file.
        rows: encoded.
        compute: returns the columns of a part of the rows, one line for each of their tokens.
        counts: lines of each row.
    """
    import numpy as np

    columns = _read(setting, name, rows)
    if not all(one is not None for one in setting.gathered(columns)):
        columns = _computed(setting, rows, compute)
        _write(setting, name, rows, columns)
    assert columns is not None
    ends = np.cumsum(counts).tolist()
    assert all(len(column) == ends[-1] for column in columns.values())
    spans = zip([0, *ends[:-1]], ends, strict=True)
    parts = [{key: column[a:b] for key, column in columns.items()} for a, b in spans]
    return [{**row, **own} for row, own in zip(rows, parts, strict=True)]


def _computed(
    setting: Setting, rows: list[Any], compute: Callable[[list[Any]], Columns]
) -> Columns:
    """Return the columns of all rows; every process makes a share of whole batches."""
    import numpy as np
    import torch

    share = -(-len(rows) // setting.processes)
    own = rows[setting.rank * share : (setting.rank + 1) * share]
    found: list[Columns] = []
    for start in range(0, len(own), setting.batch_rows):
        with torch.no_grad(), setting.precision():
            found.append(compute(own[start : start + setting.batch_rows]))
    parts = [one for part in setting.gathered(found) for one in part]
    return {key: np.concatenate([one[key] for one in parts]) for key in parts[0]}


def _key(rows: list[Any]) -> str:
    """Return what tells these rows from others."""
    return sha256(repr(rows).encode()).hexdigest()


def _read(setting: Setting, name: str, rows: list[Any]) -> Columns | None:
    """Return the columns of these very rows, if they are kept."""
    from safetensors import safe_open

    path = setting.work / FILE.format(name)
    if not path.exists():
        return None
    with safe_open(path, "np") as file:
        if (file.metadata() or {}).get("rows") != _key(rows):
            return None
        return {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118


def _write(setting: Setting, name: str, rows: list[Any], columns: Columns) -> None:
    """Write the columns once."""
    from safetensors.numpy import save_file

    if setting.rank == 0:
        with replacing(setting.work / FILE.format(name)) as temporary:
            save_file(columns, temporary, {"rows": _key(rows)})
