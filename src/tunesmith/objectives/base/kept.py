"""What a model makes of rows, computed once and kept in the phase's work folder.

A training that goes on after an interruption meets the very numbers with which it began.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunesmith.files import replacing
from tunesmith.objectives.base.setting import Setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

Columns = dict[str, "NDArray[Any]"]


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
        rows: encoded, at least one.
        compute: returns the columns of a part of the rows, `counts` lines for each of them.
        counts: lines of each row.
    """
    import numpy as np

    path, key = setting.work / f"{name}.safetensors", sha256(repr(rows).encode()).hexdigest()
    ends = np.cumsum(counts).tolist()
    columns = _read(path, key)
    if not all(setting.gathered(columns is not None)):
        columns = _computed(setting, rows, compute, ends[-1])
        if setting.rank == 0:
            _write(path, key, columns)
    assert columns is not None
    spans = zip([0, *ends[:-1]], ends, strict=True)
    parts = [{one: column[a:b] for one, column in columns.items()} for a, b in spans]
    return [{**row, **own} for row, own in zip(rows, parts, strict=True)]


def _computed(
    setting: Setting, rows: list[Any], compute: Callable[[list[Any]], Columns], lines: int
) -> Columns:
    """Return the columns of all rows; every process takes its share, as many batches as any.

    A model in parts needs all of them at every batch: so the last row is taken again where a share
    reaches beyond the end, and what comes of that is cut off.
    """
    import numpy as np
    import torch

    share = -(-len(rows) // setting.processes)
    places = range(setting.rank * share, (setting.rank + 1) * share)
    own = [rows[min(place, len(rows) - 1)] for place in places]
    found: list[Columns] = []
    for start in range(0, share, setting.batch_rows):
        with torch.no_grad(), setting.precision():
            found.append(compute(own[start : start + setting.batch_rows]))
    parts = [one for part in setting.gathered(found) for one in part]
    return {name: np.concatenate([one[name] for one in parts])[:lines] for name in parts[0]}


def _read(path: Path, key: str) -> Columns | None:
    """Return the columns of the rows that the key is of, if they are kept."""
    from safetensors import safe_open

    if not path.exists():
        return None
    with safe_open(path, "np") as file:
        if (file.metadata() or {}).get("rows") != key:
            return None
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def _write(path: Path, key: str, columns: Columns) -> None:
    """Write the columns once."""
    from safetensors.numpy import save_file

    with replacing(path) as temporary:
        save_file(columns, temporary, {"rows": key})
