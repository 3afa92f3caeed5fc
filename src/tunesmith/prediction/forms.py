"""How rows are put to a model: a conversation goes on, a text is scored, a label is chosen."""

import json
import sys
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
    texts, cut = _texts(loaded, rows, params)
    found = class_logits(loaded.model, loaded.tokenizer.pad_token_id, texts, params.batch_size)
    return pd.DataFrame(
        {
            "prediction": [names[max(range(len(own)), key=own.__getitem__)] for own, _ in found],
            "finished": True,
            "truncated": cut,
            "scores": [json.dumps(dict(zip(names, own, strict=True))) for _, own in found],
            "logits": [json.dumps(dict(zip(names, own, strict=True))) for own, _ in found],
        }
    )


def _texts(
    loaded: Loaded, rows: list[Row], params: PredictParams
) -> tuple[list[list[int]], list[bool]]:
    """Return the tokens of texts to be classified, and whether each lost its end."""
    most = params.max_length
    texts = [classification.encode_text(row, loaded.tokenizer, most) for row in rows]
    cut = [
        len(ids) == most and len(classification.encode_text(row, loaded.tokenizer, most + 1)) > most
        for ids, row in zip(texts, rows, strict=True)
    ]
    return texts, cut


def score_text(loaded: Loaded, rows: list[Row], params: PredictParams) -> "pd.DataFrame":
    """Score plain text from its first token to its end; there is nothing to generate.

    The first token is scored after the token that a text begins with, or without one after that
    which ends the text before, as lm-evaluation-harness scores whole texts.
    """
    import pandas as pd

    limit = params.max_length - 1  # the token before the text
    encoded = [text.encode(row, loaded.tokenizer, limit + 1) for row in rows]
    cut = [len(row["input_ids"]) > limit for row in encoded]
    start = loaded.tokenizer.bos_token_id
    start = text.end_of(loaded.tokenizer) if start is None else start
    asked = [_own([start], row["input_ids"][:limit]) for row in encoded]
    scored = _scored(loaded, asked, [text_of(row) for row in rows], cut, params)
    return pd.DataFrame({"prediction": "", "finished": True, "truncated": cut, **scored})


FORMS: dict[str, Form] = {
    "chat": converse,
    "completion": complete,
    "classification": classify,
    "text": score_text,
}


def serve(loaded: Loaded, rows: list[Row], task: str, params: PredictParams) -> None:
    """Do what a server does for these requests, and nothing that only evaluation needs."""
    if task == "classification":
        texts, _ = _texts(loaded, rows, params)
        class_logits(loaded.model, loaded.tokenizer.pad_token_id, texts, params.batch_size)
    elif task == "text":
        score_text(loaded, rows, params)
    else:
        form = completion if task == "completion" else chat
        prompts, _ = _prompts(loaded, rows, params, form)
        _generated(loaded, prompts, params)


def _answer(
    loaded: Loaded, rows: list[Row], params: PredictParams, form: ModuleType
) -> "pd.DataFrame":
    """Generate answers, score them and the reference ones; `form` says what the model reads."""
    import pandas as pd

    prompts, lost = _prompts(loaded, rows, params, form)
    answers = _generated(loaded, prompts, params)
    limit = params.max_length + params.max_new_tokens
    whole = [form.encode(_single_answer(row), loaded.tokenizer, sys.maxsize) for row in rows]
    shown = [_without(row, start) for row, start in zip(whole, lost, strict=True)]
    cut = [len(row["input_ids"]) > limit for row in shown]
    encoded = [{key: ids[:limit] for key, ids in row.items()} for row in shown]
    references = [reference_of(row) for row in rows]
    own = [_own(prompt, list(one.ids)) for prompt, one in zip(prompts, answers, strict=True)]
    return pd.DataFrame(
        {
            "prediction": [answer.text for answer in answers],
            **_scored(loaded, encoded, references, cut, params),
            "answer_logprob": [surprise.logprob for surprise in _surprises(loaded, own, params)],
            "generated_tokens": [answer.tokens for answer in answers],
            "finished": [answer.finished for answer in answers],
            "truncated": [start > 0 for start in lost],
        }
    )


def _prompts(
    loaded: Loaded, rows: list[Row], params: PredictParams, form: ModuleType
) -> tuple[list[list[int]], list[int]]:
    """Return the tokens that each row's answer starts from, and how many the limit took away.

    A long prompt loses its beginning.
    """
    whole = [form.encode_prompt(prompt_of(row), loaded.tokenizer, row.get("tools")) for row in rows]
    lost = [max(len(ids) - params.max_length, 0) for ids in whole]
    return [ids[start:] for ids, start in zip(whole, lost, strict=True)], lost


def _generated(loaded: Loaded, prompts: list[list[int]], params: PredictParams) -> list[Generation]:
    """Return the model's answers."""
    return generate(
        loaded.model, loaded.tokenizer, prompts, params.batch_size, params.max_new_tokens
    )


def _without(row: dict[str, list[int]], start: int) -> dict[str, list[int]]:
    """Return an encoded row without its first tokens, which the model was not shown either."""
    return {key: ids[start:] for key, ids in row.items()}


def _own(prompt: list[int], answer: list[int]) -> dict[str, list[int]]:
    """Return tokens that are to be scored after others."""
    return {"input_ids": prompt + answer, "labels": [IGNORED] * len(prompt) + answer}


def _scored(
    loaded: Loaded,
    encoded: list[dict[str, list[int]]],
    references: list[str],
    cut: list[bool],
    params: PredictParams,
) -> dict[str, list[Any]]:
    """Return log-probability, tokens and bytes of the references, whole or cut."""
    found = _surprises(loaded, encoded, params)
    kept = zip(encoded, references, cut, strict=True)
    return {
        "logprob": [surprise.logprob for surprise in found],
        "reference_tokens": [surprise.tokens for surprise in found],
        "reference_bytes": [
            len((_left(loaded.tokenizer, row) if lost else reference).encode())
            for row, reference, lost in kept
        ],
    }


def _left(tokenizer: Any, row: dict[str, list[int]]) -> str:
    """Return the text of the tokens that are scored."""
    kept = [label for label in row["labels"] if label != IGNORED]
    return str(tokenizer.decode(kept, skip_special_tokens=True))


def _surprises(
    loaded: Loaded, encoded: list[dict[str, list[int]]], params: PredictParams
) -> list[Surprise]:
    """Return how probable the model finds the trained tokens of each row."""
    pad = loaded.tokenizer.pad_token_id
    return reference_logprobs(loaded.model, pad, encoded, params.batch_size)


def _single_answer(row: Row) -> Row:
    """Return the row with only its last answer to be scored, as it is compared."""
    last = conversation(row)[-1:]
    answer = last if last and last[0]["role"] == "assistant" else [NO_ANSWER]
    return {**row, "messages": None, "prompt": prompt_of(row), "completion": answer}
