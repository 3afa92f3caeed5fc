"""Log-probabilities by the model that a phase starts from, computed once; no second model is kept.

They are kept in the phase's work folder: a training that goes on after an interruption has to meet
the very numbers with which it began.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from tunesmith.files import replacing
from tunesmith.objectives.base.logprobs import answer_logprobs
from tunesmith.objectives.base.setting import Setting

FILE = "reference-{}.safetensors"


def with_reference(setting: Setting, collator: Any) -> tuple[list[Any], list[Any]]:
    """Return train and validation rows with `reference`, the log-probabilities of their answers.

    Args:
        setting: its model is that of the start, without dropout for as long as this takes.
        collator: makes a batch of S sequences for every row, all first ones first.

    Returns:
        the rows; each `reference` holds S numbers in nats.
    """
    splits = {"train": setting.train, "validation": setting.validation}
    train, validation = (_of_split(setting, collator, *split) for split in splits.items())
    return train, validation


def _of_split(setting: Setting, collator: Any, name: str, rows: list[Any]) -> list[Any]:
    """Return the rows of a split with their reference."""
    numbers = _kept(setting, name, rows, lambda: _computed(setting, collator, rows))
    return [{**row, "reference": own} for row, own in zip(rows, numbers, strict=True)]


def _kept(
    setting: Setting, name: str, rows: list[Any], compute: Callable[[], list[list[float]]]
) -> list[list[float]]:
    """Return the numbers of these very rows from the work folder, or compute and write them."""
    import torch
    from safetensors import safe_open
    from safetensors.torch import save_file

    path = setting.work / FILE.format(name)
    key = sha256(repr(rows).encode()).hexdigest()
    found = None
    if path.exists():
        with safe_open(path, "pt") as file:
            if (file.metadata() or {}).get("rows") == key:
                found = file.get_tensor("logprobs").tolist()
    if all(setting.gathered(found is not None)):
        return list(found or [])
    numbers = compute()
    if setting.rank == 0:
        with replacing(path) as temporary:
            save_file({"logprobs": torch.tensor(numbers)}, temporary, {"rows": key})
    return torch.tensor(numbers).tolist()  # as they are read again


def _computed(setting: Setting, collator: Any, rows: list[Any]) -> list[list[float]]:
    """Return the numbers of all rows; every process takes its share, as many batches as any."""
    import torch

    share = -(-len(rows) // setting.processes)
    own = [rows[min(place, len(rows) - 1)] for place in _places(setting.rank, share)]
    trained = setting.model.training
    setting.model.eval()
    found: list[list[float]] = []
    for start in range(0, share, setting.batch_rows):
        inputs = collator(own[start : start + setting.batch_rows])
        inputs = {name: value.to(setting.model.device) for name, value in inputs.items()}
        with torch.no_grad(), setting.precision():
            logprobs, _ = answer_logprobs(setting.model, inputs)
        found += logprobs.view(-1, len(inputs["kept"])).T.tolist()
    setting.model.train(trained)
    return [one for part in setting.gathered(found) for one in part][: len(rows)]


def _places(rank: int, share: int) -> range:
    """Return the places of a process's rows; those of the last may reach beyond the end."""
    return range(rank * share, (rank + 1) * share)
