"""Our loop over a standing cache gives what transformers' own loop gives; no graph is needed."""

from typing import Any

import pytest
import torch
from peft import get_peft_model
from transformers import StoppingCriteriaList

from tests.tunesmith.decoding.models import (
    ADAPTERS,
    FAMILIES,
    NEW_TOKENS,
    PROMPTS,
    asked,
    model,
    noise,
)
from tunesmith.decoding import step
from tunesmith.decoding.loop import Decoder
from tunesmith.decoding.step import Step, UncapturableError
from tunesmith.methods.adapter import Adapter


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the cache grow more than once within an answer."""
    monkeypatch.setattr(step, "BLOCK", 16)


def both(net: Any, decoder: Decoder | None = None, **words: Any) -> tuple[Any, Any]:
    """Return the answers of transformers' loop and of ours."""
    ours = decoder or Decoder(len(PROMPTS) + 2, captures=False)
    with torch.inference_mode():
        return net.generate(**words), net.generate(**words, custom_generate=ours)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_says_the_same(family: str) -> None:
    plain_BT, ours_BT = both(model(family), **asked())
    assert plain_BT.tolist() == ours_BT.tolist()


def test_answers_end_at_different_tokens_or_at_the_limit() -> None:
    _, ours_BT = both(model(), **asked())
    lengths = [int(row.ne(0).sum()) - len(p) for row, p in zip(ours_BT, PROMPTS, strict=True)]
    assert len(set(lengths)) > 2
    assert max(lengths) == NEW_TOKENS


def test_nothing_is_kept_behind_the_longest_answer() -> None:
    net = model()
    every = list(range(2, 96))  # the first token ends each answer
    plain_BT, ours_BT = both(net, **asked(eos_token_id=every))
    assert plain_BT.shape == ours_BT.shape == (len(PROMPTS), 9 + 1)


def test_samples_are_the_same() -> None:
    net, ours = model(), Decoder(8, captures=False)
    with torch.inference_mode():
        plain_BT = net.generate(**asked(), logits_processor=noise(5))
        ours_BT = net.generate(**asked(), logits_processor=noise(5), custom_generate=ours)
        greedy_BT = net.generate(**asked(), custom_generate=ours)
    assert plain_BT.tolist() == ours_BT.tolist() != greedy_BT.tolist()


def test_settings_of_the_model_count() -> None:
    net = model()
    before = both(net, **asked())
    net.generation_config.repetition_penalty = 1.5
    after = both(net, **asked())
    assert after[0].tolist() == after[1].tolist() != before[1].tolist()


def test_a_criterion_of_the_caller_ends_answers() -> None:
    def three(ids_BT: torch.Tensor, _: Any, **__: Any) -> torch.Tensor:
        return torch.full((len(ids_BT),), ids_BT.shape[1] >= 9 + 3)

    words = asked(stopping_criteria=StoppingCriteriaList([three]))
    plain_BT, ours_BT = both(model(), **words)
    assert plain_BT.tolist() == ours_BT.tolist()
    assert ours_BT.shape[1] == 9 + 3


def test_without_an_end_all_go_to_the_limit() -> None:
    plain_BT, ours_BT = both(model(), **asked(eos_token_id=None))
    assert plain_BT.tolist() == ours_BT.tolist()
    assert ours_BT.shape[1] == 9 + NEW_TOKENS


def test_batches_that_follow_take_the_same_places() -> None:
    net, ours = model(), Decoder(5, captures=False)
    for prompts in (PROMPTS, PROMPTS[2:], [[9]], PROMPTS[::-1]):
        plain_BT, ours_BT = both(net, ours, **asked(prompts))
        assert plain_BT.tolist() == ours_BT.tolist()


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_logits_of_a_step_are_those_of_the_whole_row(attention: str) -> None:
    net = model()
    net.set_attn_implementation(attention)
    ids_BT, mask_BT = asked()["input_ids"], asked()["attention_mask"]
    with torch.inference_mode():
        reads = Step(net, 7, captures=False)
        reads.read(ids_BT, mask_BT, 20)
        for place in range(10):
            found_BV = reads.next(torch.full((5,), 30 + place))
    for row, prompt in enumerate(PROMPTS):
        whole = torch.tensor([prompt + list(range(30, 40))])
        torch.testing.assert_close(found_BV[row], net(whole).logits[0, -1], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("kind", ADAPTERS)
def test_adapters_say_the_same(kind: str) -> None:
    plain = model()
    base_BT, _ = both(plain, **asked())
    net = get_peft_model(plain, ADAPTERS[kind]).eval()
    plain_BT, ours_BT = both(net, **asked())
    assert plain_BT.tolist() == ours_BT.tolist() != base_BT.tolist()


def test_our_own_adapter_says_the_same() -> None:
    net = Adapter(width=8).apply(model(), "chat").eval()
    for weight in net.parameters():
        if weight.requires_grad:
            torch.nn.init.normal_(weight, 0.0, 0.5)
    plain_BT, ours_BT = both(net, **asked())
    assert plain_BT.tolist() == ours_BT.tolist()


def test_the_attention_of_the_model_is_given_back() -> None:
    net = model()
    both(net, **asked())
    assert net.config._attn_implementation == "sdpa"


def test_what_the_loop_does_not_know_is_named() -> None:
    net = model()
    words = asked(token_type_ids=torch.zeros(5, 9, dtype=torch.long))
    net.prepare_inputs_for_generation = lambda *_, token_type_ids=None, **__: {}
    net._validate_model_kwargs = lambda _: None
    with pytest.raises(UncapturableError, match="token_type_ids"):
        net.generate(**words, custom_generate=Decoder(5, captures=False))
