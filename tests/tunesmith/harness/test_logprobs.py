"""Log-probabilities of choices are those of stage predict, at every batch size."""

import math

import pytest
import torch

from tests.tiny import chat_row
from tunesmith.harness.encode import Encoder, Pair
from tunesmith.harness.logprobs import _likelihood, likelihoods
from tunesmith.models.load import Loaded
from tunesmith.prediction.generate import generate
from tunesmith.prediction.logprobs import reference_logprobs
from tunesmith.tasks import chat

ROWS = [chat_row(i, f"第{i}个 question", "yes, 好的" * (i % 3 + 1)) for i in range(7)]


def pairs(loaded: Loaded) -> list[Pair]:
    encoder = Encoder(loaded.tokenizer, chat=True)
    return [
        encoder.pair(
            encoder.messages(row["prompt"], True), row["completion"][0]["content"] + "</s>"
        )
        for row in ROWS
    ]


def test_they_are_those_of_reference_logprobs(tiny: Loaded) -> None:
    encoded = [chat.encode(row, tiny.tokenizer, 512) for row in ROWS]
    pad = tiny.tokenizer.pad_token_id
    ours = reference_logprobs(tiny.model, pad, encoded, 4)
    found = likelihoods(tiny.model, pad, pairs(tiny), 4)
    assert [one.logprob for one in found] == pytest.approx([one.logprob for one in ours], abs=1e-4)


@pytest.mark.parametrize("size", [2, 3, 5, 7])
def test_the_batch_size_changes_nothing(tiny: Loaded, size: int) -> None:
    one, many = (likelihoods(tiny.model, 0, pairs(tiny), size) for size in (1, size))
    assert [a.logprob for a in one] == pytest.approx([b.logprob for b in many], abs=1e-5)
    assert [a.greedy for a in one] == [b.greedy for b in many]


def test_a_long_sum_is_exact_to_the_last_digit_of_its_parts() -> None:
    logits_TV = torch.randn(20_000, 50, generator=torch.Generator().manual_seed(0))
    found = _likelihood(logits_TV, [3] * len(logits_TV))
    parts = logits_TV.log_softmax(-1)[:, 3].tolist()
    assert found.logprob == pytest.approx(math.fsum(parts), rel=1e-12)


def test_what_greedy_decoding_answers_is_called_greedy(tiny: Loaded) -> None:
    prompt = Encoder(tiny.tokenizer, chat=False).context("order")
    answer = list(generate(tiny.model, tiny.tokenizer, [prompt], 1, 4)[0].ids)
    other = [*answer[:-1], (answer[-1] + 1) % 100]
    found = likelihoods(tiny.model, 0, [Pair(prompt, answer), Pair(prompt, other)], 2)
    assert [one.greedy for one in found] == [True, False]
    assert found[0].logprob > found[1].logprob


def test_choices_of_one_token_share_a_pass(tiny: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = []
    forward = tiny.model.forward

    def counted(*args: object, **options: object) -> object:
        shapes.append(options["input_ids"].shape)
        return forward(*args, **options)

    monkeypatch.setattr(tiny.model, "forward", counted)
    told = []
    choices = [Pair([9, 8, 7], [token]) for token in range(20, 24)]
    found = likelihoods(tiny.model, 0, choices, 8, told.append)
    assert shapes == [(1, 3)]
    assert sum(told) == 4
    assert len({one.logprob for one in found}) == 4
