"""Generation and scoring in batches give what one row at a time gives."""

from pathlib import Path

import pytest
import torch

from tests.tiny import chat_row
from tunesmith.models.load import Loaded, load
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.prediction.batches import by_length
from tunesmith.prediction.generate import generate
from tunesmith.prediction.logprobs import reference_logprobs
from tunesmith.tasks.chat import encode, encode_prompt

QUESTIONS = ["a", "what is this?", "你好，在吗？", "a much longer question " * 3, "b", "中文"]


@pytest.fixture
def loaded(tiny_base: Path, tmp_path: Path) -> Loaded:
    resolve(BaseParams(model=str(tiny_base))).write(tmp_path / "base")
    return load(tmp_path / "base", "chat", [])


def test_the_same_answers_come_at_every_batch_size(loaded: Loaded) -> None:
    prompts = [
        encode_prompt([{"role": "user", "content": text}], loaded.tokenizer) for text in QUESTIONS
    ]
    alone = generate(loaded.model, loaded.tokenizer, prompts, 1, 12)
    for size in (2, 4, 64):
        assert generate(loaded.model, loaded.tokenizer, prompts, size, 12) == alone


def test_scores_do_not_depend_on_the_batch(loaded: Loaded) -> None:
    rows = [
        encode(chat_row(i, text, "yes" * (i + 1)), loaded.tokenizer, 512)
        for i, text in enumerate(QUESTIONS)
    ]
    alone = reference_logprobs(loaded.model, loaded.tokenizer.pad_token_id, rows, 1)
    together = reference_logprobs(loaded.model, loaded.tokenizer.pad_token_id, rows, 64)
    assert [s.tokens for s in alone] == [s.tokens for s in together]
    assert [s.logprob for s in together] == pytest.approx([s.logprob for s in alone], abs=1e-4)


def test_a_score_is_the_sum_over_the_answer_by_hand(loaded: Loaded) -> None:
    row = encode(chat_row(0, "q", "ab"), loaded.tokenizer, 512)
    ids = torch.tensor([row["input_ids"]])
    with torch.no_grad():
        table = loaded.model(ids).logits[0].log_softmax(-1)
    positions = [p for p, label in enumerate(row["labels"]) if label != -100]
    by_hand = sum(table[p - 1, row["input_ids"][p]].item() for p in positions)
    score = reference_logprobs(loaded.model, loaded.tokenizer.pad_token_id, [row], 8)[0]
    assert score.logprob == pytest.approx(by_hand, abs=1e-4)
    assert score.tokens == 3  # a, b and the end


def test_batches_hold_every_row_once_longest_first() -> None:
    batches = list(by_length([3, 9, 1, 9, 5], 2))
    assert batches == [[1, 3], [4, 0], [2]]
