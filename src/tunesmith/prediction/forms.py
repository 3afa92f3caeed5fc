"""How rows are put to a model: a conversation goes on, a text is scored, a label is chosen."""

import json
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from tunesmith.models.load import Loaded
from tunesmith.prediction.classify import class_logits
from tunesmith.prediction.generate import Generation, generate
from tunesmith.prediction.logprobs import Surprise, reference_logprobs
from tunesmith.prediction.params import PredictParams
from tunesmith.rows import Row, conversation, prompt_of, reference_of, text_of
from tunesmith.tasks import chat, classification, completion, text
from tunesmith.tasks.chat import IGNORED

if TYPE_CHECKING:
    import pandas as pd

NO_ANSWER = {"role": "assistant", "content": ""}


class Form(Protocol):
    """Puts rows to a model and returns a table of what it made of each."""

    def __call__(self, loaded: Loaded, rows: list[Row], params: PredictParams) -> "pd.DataFrame":
        """Return one line a row, in order."""


def form_of(row: Row, task: str) -> str:
    """Return the form in which a model of a task meets a row: plain text is scored by any."""
    generates = task in ("chat", "completion")
    return "text" if generates and row["task"] == "text" else task


def converse(loaded: Loaded, rows: list[Row], params: PredictParams) -> "pd.DataFrame":
    """Answer conversations; see `_answer`."""
    return _answer(loaded, rows, params, chat)


def complete(loaded: Loaded, rows: list[Row], params: PredictParams) -> "pd.DataFrame":
    """Let plain text go on; see `_answer`."""
    return _answer(loaded, rows, params, completion)


def classify(loaded: Loaded, rows: list[Row], params: PredictParams) -> "pd.DataFrame":
    """Choose a label for every row."""
    import pandas as pd

    names = [loaded.model.config.id2label[i] for i in range(loaded.model.config.num_labels)]
    texts = [classification.encode_text(row, loaded.tokenizer, params.max_length) for row in rows]
    found = class_logits(loaded.model, loaded.tokenizer.pad_token_id, texts, params.batch_size)
    return pd.DataFrame(
        {
            "prediction": [names[max(range(len(own)), key=own.__getitem__)] for own, _ in found],
            "finished": True,
            "truncated": [len(ids) >= params.max_length for ids in texts],
            "scores": [json.dumps(dict(zip(names, own, strict=True))) for _, own in found],
            "logits": [json.dumps(dict(zip(names, own, strict=True))) for own, _ in found],
        }
    )


def score_text(loaded: Loaded, rows: list[Row], params: PredictParams) -> "pd.DataFrame":
    """Score plain text; there is nothing to generate."""
    import pandas as pd

    encoded = [text.encode(row, loaded.tokenizer, params.max_length) for row in rows]
    texts = [text_of(row) for row in rows]
    scored = _scored(loaded, encoded, texts, params.max_length, params)
    cut = [len(row["input_ids"]) >= params.max_length for row in encoded]
    return pd.DataFrame({"prediction": "", "finished": True, "truncated": cut, **scored})


FORMS: dict[str, Form] = {
    "chat": converse,
    "completion": complete,
    "classification": classify,
    "text": score_text,
}


def _answer(
    loaded: Loaded, rows: list[Row], params: PredictParams, form: ModuleType
) -> "pd.DataFrame":
    """Generate answers, score them and the reference ones; `form` says what the model reads."""
    import pandas as pd

    whole = encode_prompts(loaded, rows, form)
    prompts = [ids[-params.max_length :] for ids in whole]
    answers = generate(
        loaded.model, loaded.tokenizer, prompts, params.batch_size, params.max_new_tokens
    )
    limit = params.max_length + params.max_new_tokens
    encoded = [form.encode(_single_answer(row), loaded.tokenizer, limit) for row in rows]
    references = [reference_of(row) for row in rows]
    own = _surprises(loaded, [_own(*pair) for pair in zip(prompts, answers, strict=True)], params)
    return pd.DataFrame(
        {
            "prediction": [answer.text for answer in answers],
            **_scored(loaded, encoded, references, limit, params),
            "answer_logprob": [surprise.logprob for surprise in own],
            "generated_tokens": [answer.tokens for answer in answers],
            "finished": [answer.finished for answer in answers],
            "truncated": [len(ids) > params.max_length for ids in whole],
        }
    )


def encode_prompts(loaded: Loaded, rows: list[Row], form: ModuleType) -> list[list[int]]:
    """Return the tokens that each row's answer starts from."""
    return [form.encode_prompt(prompt_of(row), loaded.tokenizer, row.get("tools")) for row in rows]


def _own(prompt: list[int], answer: Generation) -> dict[str, list[int]]:
    """Return an answer of the model's own, to be scored after its prompt."""
    ids = list(answer.ids)
    return {"input_ids": prompt + ids, "labels": [IGNORED] * len(prompt) + ids}


def _scored(
    loaded: Loaded,
    encoded: list[dict[str, list[int]]],
    references: list[str],
    limit: int,
    params: PredictParams,
) -> dict[str, list[Any]]:
    """Return log-probability, tokens and bytes of the reference answers."""
    found = _surprises(loaded, encoded, params)
    return {
        "logprob": [surprise.logprob for surprise in found],
        "reference_tokens": [surprise.tokens for surprise in found],
        "reference_bytes": [
            _scored_bytes(loaded.tokenizer, row, reference, limit)
            for row, reference in zip(encoded, references, strict=True)
        ],
    }


def _surprises(
    loaded: Loaded, encoded: list[dict[str, list[int]]], params: PredictParams
) -> list[Surprise]:
    """Return how probable the model finds the trained tokens of each row."""
    pad = loaded.tokenizer.pad_token_id
    return reference_logprobs(loaded.model, pad, encoded, params.batch_size)


def _scored_bytes(tokenizer: Any, row: dict[str, list[int]], reference: str, limit: int) -> int:
    """Return the bytes of the text that was scored: all of it, or what the limit has left."""
    if len(row["input_ids"]) >= limit:
        kept = [label for label in row["labels"] if label != IGNORED]
        reference = tokenizer.decode(kept, skip_special_tokens=True)
    return len(reference.encode())


def _single_answer(row: Row) -> Row:
    """Return the row with only its last answer to be scored, as it is compared."""
    last = conversation(row)[-1:]
    answer = last if last and last[0]["role"] == "assistant" else [NO_ANSWER]
    return {**row, "messages": None, "prompt": prompt_of(row), "completion": answer}
