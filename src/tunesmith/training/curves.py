"""Training curves as one small CSV, which `dvc plots` draws and the report shows."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


COLUMNS = ["step", "epoch", "split", "loss", "learning_rate", "grad_norm"]


def curves(history: list[dict[str, Any]]) -> "pd.DataFrame":
    """Return one row a logged loss; `split` is train or validation. No clock, no speed in it."""
    import pandas as pd

    records = []
    for entry in history:
        if "eval_loss" in entry:
            records.append({"split": "validation", "loss": entry["eval_loss"], **_where(entry)})
        elif "loss" in entry:
            rates = {key: entry.get(key) for key in ("learning_rate", "grad_norm")}
            records.append({"split": "train", "loss": entry["loss"], **rates, **_where(entry)})
    return pd.DataFrame(records, columns=COLUMNS)


def _where(entry: dict[str, Any]) -> dict[str, Any]:
    """Return step and epoch of a log entry."""
    return {"step": entry["step"], "epoch": round(entry["epoch"], 4)}
