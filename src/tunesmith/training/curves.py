"""Training curves as one small CSV, which `dvc plots` draws and the report shows."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


COLUMNS = ["step", "epoch", "split", "loss", "learning_rate", "grad_norm"]


def curves(history: list[dict[str, Any]], names: tuple[str, ...] = ()) -> "pd.DataFrame":
    """Return one row a logged loss; `split` is train or validation. No clock, no speed in it.

    Args:
        history: what was logged, in order.
        names: of numbers that were logged beside the losses; each is a column.
    """
    import pandas as pd

    records = []
    for entry in history:
        if "eval_loss" in entry:
            own = {name: entry.get(f"eval_{name}") for name in ("loss", *names)}
            records.append({"split": "validation", **own, **_where(entry)})
        elif "loss" in entry:
            own = {key: entry.get(key) for key in ("loss", "learning_rate", "grad_norm", *names)}
            records.append({"split": "train", **own, **_where(entry)})
    return pd.DataFrame(records, columns=[*COLUMNS, *names])


def _where(entry: dict[str, Any]) -> dict[str, Any]:
    """Return step and epoch of a log entry."""
    return {"step": entry["step"], "epoch": round(entry["epoch"], 4)}
