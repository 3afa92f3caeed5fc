"""Generation and scoring in batches give what one row at a time gives."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.tiny import chat_row
from tunesmith.methods.p_tuning import PTuning
from tunesmith.methods.prefix import Prefix
from tunesmith.methods.prompt import Prompt
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


@pytest.fixture(params=[Prompt(tokens=8), PTuning(tokens=8, hidden_size=16), Prefix(tokens=8)])
def prompted(request: pytest.FixtureRequest, loaded: Loaded) -> Loaded:
    """A model behind virtual tokens that change its answers."""
    torch.manual_seed(3)
    model = request.param.apply(loaded.model, "chat").eval()
    with torch.no_grad():
        for weight in model.prompt_encoder.parameters():
            weight.normal_(std=2.0)
    return replace(loaded, model=model)


def test_virtual_tokens_stand_at_the_prompt_at_every_batch_size(prompted: Loaded) -> None:
    prompts = [
        encode_prompt([{"role": "user", "content": text}], prompted.tokenizer) for text in QUESTIONS
    ]
    alone = generate(prompted.model, prompted.tokenizer, prompts, 1, 12)
    assert generate(prompted.model, prompted.tokenizer, prompts, 64, 12) == alone


def test_a_score_behind_virtual_tokens_is_that_of_the_answers_own_tokens(prompted: Loaded) -> None:
    row = encode(chat_row(0, "q", "ab"), prompted.tokenizer, 512)
    ids, labels = torch.tensor([row["input_ids"]]), torch.tensor([row["labels"]])
    with torch.no_grad():
        mean = prompted.model(ids, attention_mask=torch.ones_like(ids), labels=labels).loss
    score = reference_logprobs(prompted.model, prompted.tokenizer.pad_token_id, [row], 8)[0]
    assert score.logprob == pytest.approx(-3 * float(mean), abs=1e-4)


def test_batches_without_padding_hold_one_length_each() -> None:
    assert list(by_length([3, 9, 3, 9, 9], 2, padded=False)) == [[1, 3], [4], [0, 2]]


def test_batches_hold_every_row_once_longest_first() -> None:
    batches = list(by_length([3, 9, 1, 9, 5], 2))
    assert batches == [[1, 3], [4, 0], [2]]


def test_an_answer_stops_at_the_end_that_the_template_writes(loaded: Loaded) -> None:
    prompt = encode_prompt([{"role": "user", "content": "hello"}], loaded.tokenizer)
    first = loaded.model.generate(
        torch.tensor([prompt]), do_sample=False, max_new_tokens=1, pad_token_id=0
    )
    word = loaded.tokenizer.decode(first[0, -1:])
    loaded.tokenizer.add_special_tokens({"extra_special_tokens": [word]})
    loaded.tokenizer.chat_template = "{{ messages[-1].content + '%s' }}" % word  # noqa: UP031
    answer = generate(loaded.model, loaded.tokenizer, [prompt], 1, 12)[0]
    assert (answer.text, answer.tokens, answer.finished) == ("", 1, True)
