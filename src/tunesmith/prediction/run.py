"""One model on the frozen rows: answers, probabilities, and what they cost."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tunesmith.errors import UserError
from tunesmith.models.load import Loaded, describe, load, peak_compute_memory_bytes
from tunesmith.prediction.classify import probabilities
from tunesmith.prediction.generate import generate
from tunesmith.prediction.logprobs import reference_logprobs
from tunesmith.prediction.params import PredictParams
from tunesmith.rows import Row, conversation, prompt_of
from tunesmith.tasks import chat, classification, completion, text

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "id",
    "prediction",
    "logprob",
    "reference_tokens",
    "generated_tokens",
    "finished",
    "scores",
]
NO_REFERENCE = {"unpaired", "stepwise"}
NO_ANSWER = {"role": "assistant", "content": ""}


@dataclass(frozen=True)
class Predicted:
    """Predictions in the rows' order, and their cost."""

    table: "pd.DataFrame"
    efficiency: dict[str, float]


def predict(folder: Path, rows: list[Row], params: PredictParams, seed: int) -> Predicted:
    """Run the model of a folder on rows.

    A base model has no head for classification; it gets a random one from the seed, so its score
    is that of guessing.

    Raises:
        UserError: no rows, or rows of a task without an answer to compare with, or the model was
            trained with another chat template.
    """
    import torch

    if not rows:
        raise UserError("no test rows to predict; set split.test_ratio or bring a test file")
    _refuse_unmeasured(rows)
    torch.manual_seed(seed)
    _, manifest = describe(folder)
    task = manifest.task if manifest else _base_task(rows, params)
    loaded = load(folder, task, classification.label_names(rows))
    started = time.monotonic()
    run = {"classification": _classify, "text": _score_text, "completion": _complete}
    table = run.get(task, _answer)(loaded, rows, params)
    table.insert(0, "id", [row["id"] for row in rows])
    seconds = time.monotonic() - started
    return Predicted(table.reindex(columns=COLUMNS), _efficiency(table, len(rows), seconds))


def _refuse_unmeasured(rows: list[Row]) -> None:
    """An unpaired or stepwise row has no right answer: a score against it would mean nothing."""
    found = [row for row in rows if row["task"] in NO_REFERENCE]
    if found:
        raise UserError(
            f"{len(found):,} of {len(rows):,} test rows are of task {found[0]['task']}, first "
            f"{found[0]['source']}: they hold no right answer to compare with; give their source "
            "`split: train` in params.yaml"
        )


def _base_task(rows: list[Row], params: PredictParams) -> str:
    """Return what a model that was not trained here is asked to do."""
    task = str(rows[0]["task"])
    return params.base_task if task == "chat" else task


def _complete(loaded: Loaded, rows: list[Row], params: PredictParams) -> "pd.DataFrame":
    """Let plain text go on; see `_answer`."""
    return _answer(loaded, rows, params, completion)


def _answer(
    loaded: Loaded, rows: list[Row], params: PredictParams, form: ModuleType = chat
) -> "pd.DataFrame":
    """Generate answers and score the reference ones; `form` says what the model reads."""
    import pandas as pd

    prompts = [
        form.encode_prompt(prompt_of(row), loaded.tokenizer, row.get("tools"))[-params.max_length :]
        for row in rows
    ]
    answers = generate(
        loaded.model, loaded.tokenizer, prompts, params.batch_size, params.max_new_tokens
    )
    asked = [_single_answer(row) for row in rows]
    limit = params.max_length + params.max_new_tokens
    encoded = [form.encode(row, loaded.tokenizer, limit) for row in asked]
    scored = reference_logprobs(
        loaded.model, loaded.tokenizer.pad_token_id, encoded, params.batch_size
    )
    return pd.DataFrame(
        {
            "prediction": [answer.text for answer in answers],
            "logprob": [surprise.logprob for surprise in scored],
            "reference_tokens": [surprise.tokens for surprise in scored],
            "generated_tokens": [answer.tokens for answer in answers],
            "finished": [answer.finished for answer in answers],
        }
    )


def _single_answer(row: Row) -> Row:
    """Return the row with only its last answer to be scored, as it is compared."""
    last = conversation(row)[-1:]
    answer = last if last and last[0]["role"] == "assistant" else [NO_ANSWER]
    return {**row, "messages": None, "prompt": prompt_of(row), "completion": answer}


def _classify(loaded: Loaded, rows: list[Row], params: PredictParams) -> "pd.DataFrame":
    """Choose a label for every row."""
    import pandas as pd

    names = [loaded.model.config.id2label[i] for i in range(loaded.model.config.num_labels)]
    texts = [classification.encode_text(row, loaded.tokenizer, params.max_length) for row in rows]
    scores = probabilities(loaded.model, loaded.tokenizer.pad_token_id, texts, params.batch_size)
    return pd.DataFrame(
        {
            "prediction": [names[max(range(len(row)), key=row.__getitem__)] for row in scores],
            "finished": True,
            "scores": [json.dumps(dict(zip(names, row, strict=True))) for row in scores],
        }
    )


def _score_text(loaded: Loaded, rows: list[Row], params: PredictParams) -> "pd.DataFrame":
    """Score plain text; there is nothing to generate."""
    import pandas as pd

    encoded = [text.encode(row, loaded.tokenizer, params.max_length) for row in rows]
    scored = reference_logprobs(
        loaded.model, loaded.tokenizer.pad_token_id, encoded, params.batch_size
    )
    return pd.DataFrame(
        {
            "prediction": "",
            "logprob": [surprise.logprob for surprise in scored],
            "reference_tokens": [surprise.tokens for surprise in scored],
            "finished": True,
        }
    )


def _efficiency(table: "pd.DataFrame", rows: int, seconds: float) -> dict[str, float]:
    """Return speed and memory of the run."""
    made: Any = table["generated_tokens"].sum() if "generated_tokens" in table else 0
    return {
        "predict_seconds": round(seconds, 3),
        "rows_per_second": round(rows / seconds, 2),
        "generated_tokens_per_second": round(float(made) / seconds, 1),
        "peak_memory_bytes": peak_compute_memory_bytes(),
    }
