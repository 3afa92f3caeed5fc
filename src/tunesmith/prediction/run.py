"""One model on the frozen rows: answers, probabilities, and what they cost."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunesmith.errors import UserError
from tunesmith.files import sha256_tree
from tunesmith.models.asked import template_sha256, tokenizer_sha256
from tunesmith.prediction.asked_model import AskedModel, asked_model
from tunesmith.prediction.cost import measure_cost
from tunesmith.prediction.forms import FORMS
from tunesmith.prediction.params import PredictParams
from tunesmith.prediction.parts import Parts
from tunesmith.prediction_table import COLUMNS
from tunesmith.progress import Countdown
from tunesmith.rows import Row
from tunesmith.tasks import classification

if TYPE_CHECKING:
    import pandas as pd

TEST = "test"
ANSWERED = ("chat", "preference", "unpaired", "stepwise")  # tasks of rows whose prompt is answered


@dataclass(frozen=True)
class Predicted:
    """Predictions in the rows' order, the hashes of what made them, and their cost."""

    table: "pd.DataFrame"
    made_by: dict[str, str]
    efficiency: dict[str, Any]


def predict(
    folder: Path, rows: list[Row], params: PredictParams, seed: int, kept: Path | None = None
) -> Predicted:
    """Run the model of a folder on rows.

    A base model has no head for classification; it gets a random one from the seed, so its score
    is that of guessing.

    Args:
        folder: of the model.
        rows: what it is asked.
        params: the dials.
        seed: of a head that is not trained.
        kept: folder for parts, so that a killed run is continued.

    Raises:
        UserError: no rows, or the model was trained with another chat template.
    """
    import torch

    if not rows:
        raise UserError("no test rows to predict; set split.test_ratio or bring a test file")
    torch.manual_seed(seed)
    labels = classification.label_names(_test_rows(rows))
    model = asked_model(folder, rows, _base_task(rows, params), labels)
    table, seconds = _in_parts(model, rows, params, Parts(kept))
    table.insert(0, "id", [row["id"] for row in rows])
    with model.wearing(model.usual) as loaded:
        cost = measure_cost(loaded, _test_rows(rows), model.task, params)
    return Predicted(
        table.reindex(columns=list(COLUMNS)),
        _made_by(folder, model, rows),
        _efficiency(table, seconds) | cost | model.rows_by_adapter,
    )


def _in_parts(
    model: AskedModel, rows: list[Row], params: PredictParams, parts: Parts
) -> "tuple[pd.DataFrame, float]":
    """Return the predictions in the rows' order, and the seconds that all parts took."""
    import pandas as pd

    if parts.count():
        print(f"predict: {parts.count():,} parts are there from a run that did not end")
    progress = Countdown("predict", len(rows))
    tables, order, total = [], [], 0.0
    for number, (name, form, places) in enumerate(model.parts(rows, params.batch_size)):
        part = [rows[place] for place in places]

        def make(
            name: str = name, form: str = form, part: list[Row] = part
        ) -> "tuple[pd.DataFrame, float]":
            started = time.monotonic()
            with model.wearing(name) as loaded:
                return FORMS[form](loaded, part, params), time.monotonic() - started

        table, seconds = parts.get(number, make)
        tables.append(table)
        order += places
        total += seconds
        progress.add(len(part))
    whole = pd.concat(tables, ignore_index=True)
    whole.index = pd.Index(order)
    return whole.sort_index(), total


def _test_rows(rows: list[Row]) -> list[Row]:
    """Return the rows of the test split, all where none says so."""
    return [row for row in rows if row.get("split") == TEST] or rows


def _base_task(rows: list[Row], params: PredictParams) -> str:
    """Return what a model that was not trained here is asked to do."""
    task = str(_test_rows(rows)[0]["task"])
    return params.base_task if task in ANSWERED else task


def _made_by(folder: Path, model: AskedModel, rows: list[Row]) -> dict[str, str]:
    """Return the hashes of the model's folder, its base, the chat template and the tokenizer.

    Of a bundle also the adapter that answered each row, by the row's id.
    """
    tokenizer = model.loaded.tokenizer
    routes = dict(zip((row["id"] for row in rows), model.routes, strict=False))
    return {
        "model_sha256": sha256_tree({"model": folder}),
        "base": model.loaded.descriptor.digest,
        "phase": model.phase,
        "template_sha256": template_sha256(tokenizer),
        "tokenizer_sha256": tokenizer_sha256(tokenizer),
        **({"routes": json.dumps(routes)} if routes else {}),
    }


def _efficiency(table: "pd.DataFrame", seconds: float) -> dict[str, float]:
    """Return the speed of the run."""
    made: Any = table["generated_tokens"].sum() if "generated_tokens" in table else 0
    return {
        "predict_seconds": round(seconds, 3),
        "rows_per_second": round(len(table) / seconds, 2),
        "generated_tokens_per_second": round(float(made) / seconds, 1),
    }
