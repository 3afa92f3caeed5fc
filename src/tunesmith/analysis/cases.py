"""The cases under analysis: each test row with what the candidate, base and champion made of it."""

from typing import TYPE_CHECKING, Any

import numpy as np

from tunesmith.errors import UserError
from tunesmith.rows import prompt_text, reference_of, to_rows

if TYPE_CHECKING:
    import pandas as pd

FIXED = {
    *("id", "set", "model", "prediction", "finished", "truncated", "generated_tokens"),
    *("logprob", "reference_tokens", "answer_logprob"),
}


def build_cases(
    rows: "pd.DataFrame", per_row: "pd.DataFrame", metric: str, sign: int
) -> "pd.DataFrame":
    """Return one line a test row, in its order.

    Args:
        rows: N test rows.
        per_row: answers and row scores of every model, as stage evaluate writes them; rows of
            other sets are left aside.
        metric: the column of `per_row` that decides.
        sign: 1 where more of it is better, -1 where less is.

    Returns:
        Columns id, lang, prompt, reference, finished, truncated, logprob_per_token of the
        reference and own_logprob_per_token of the candidate's answer; of each model M its
        answer `M` and its score `M_score` (more is better); and `wrong`: the candidate's answer
        is not the reference.

    Raises:
        UserError: the metric does not score single rows, or the two tables do not belong
            together.
    """
    import pandas as pd

    check_scored(per_row, metric)
    records = to_rows(rows)
    cases = pd.DataFrame(
        {
            "id": [row["id"] for row in records],
            "lang": [row["lang"] or "und" for row in records],
            "prompt": [prompt_text(row) for row in records],
            "reference": [reference_of(row) for row in records],
        },
        dtype=object,
    )
    for model, part in per_row.groupby("model", sort=True):
        own = _in_order(part, cases["id"])
        cases[f"{model}"] = [_text(value) for value in own["prediction"]]
        cases[f"{model}_score"] = sign * own[metric].to_numpy(dtype=np.float64)
        if model == "candidate":
            cases["finished"] = [value is not False for value in own["finished"]]
            cases["truncated"] = [value is True for value in own["truncated"]]
            cases["logprob_per_token"] = _per_token(own, "logprob", "reference_tokens")
            cases["own_logprob_per_token"] = _per_token(own, "answer_logprob", "generated_tokens")
    cases["wrong"] = [
        answer.strip() != reference.strip()
        for answer, reference in zip(cases["candidate"], cases["reference"], strict=True)
    ]
    return cases


def check_scored(per_row: "pd.DataFrame", metric: str, section: str = "analyze") -> None:
    """Refuse a metric that has no score of single rows; `section` of params.yaml names it."""
    known = [name for name in per_row.columns if name not in FIXED]
    if metric not in known:
        raise UserError(
            f'params.yaml: {section}.metric: no row scores of "{metric}"; stage evaluate made '
            f"these: {', '.join(known)}"
        )


def _in_order(part: "pd.DataFrame", ids: "pd.Series[Any]") -> "pd.DataFrame":
    """Return one model's lines in the order of the rows."""
    if not set(ids) <= set(part["id"]):
        raise UserError("per-row scores lack some of the rows; run `dvc repro evaluate`")
    return part.set_index("id").loc[list(ids)]


def _text(value: Any) -> str:
    """Return an answer; a missing one is empty."""
    return value if isinstance(value, str) else ""


def _per_token(own: "pd.DataFrame", logprob: str, tokens: str) -> "pd.Series[float]":
    """Return nats per token, NaN where unknown."""
    import pandas as pd

    nats = pd.to_numeric(own[logprob]).reset_index(drop=True)
    return nats / pd.to_numeric(own[tokens]).reset_index(drop=True)
