"""Which way answers are drawn, and that the plain one is taken where the other fails."""

import logging
from typing import Any

import pytest
import torch
from peft import PrefixTuningConfig, get_peft_model

from tests.tunesmith.decoding.models import asked, model, noise
from tunesmith.decoding import loop, way
from tunesmith.decoding.fits import why_not
from tunesmith.decoding.step import UncapturableError


@pytest.mark.parametrize("family", ["llama", "mistral", "qwen2", "qwen3"])
def test_common_decoders_fit(family: str) -> None:
    assert why_not(model(family), 512) is None


def test_a_window_fits_as_long_as_it_holds_the_row() -> None:
    windowed = model("mistral", sliding_window=64)
    assert why_not(windowed, 64) is None
    assert why_not(windowed, 65) == "a sliding window of 64 tokens"


def test_layers_without_keys_do_not_fit() -> None:
    mixed = model()
    mixed.config.layer_types = ["linear_attention", "full_attention"]
    assert why_not(mixed, 64) == "layers of full_attention, linear_attention"


def test_positions_that_hang_on_the_row_do_not_fit() -> None:
    rope = {"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0}
    assert "dynamic" in str(why_not(model(rope_parameters=rope), 64))


def test_a_model_that_is_not_told_positions_does_not_fit() -> None:
    bloom = model("bloom", n_head=4, n_layer=2)
    assert why_not(bloom, 64) == "BloomForCausalLM is not told positions"


def test_attention_that_takes_no_mask_does_not_fit() -> None:
    net = model()
    net.config._attn_implementation = "flash_attention_2"
    assert why_not(net, 64) == "attention of kind flash_attention_2"


def test_virtual_tokens_do_not_fit() -> None:
    prefix = PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=4)
    assert "virtual tokens" in str(why_not(get_peft_model(model(), prefix), 64))


class Broken:
    """A decoder that draws noise and then fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __call__(self, model: Any, input_ids: Any, logits_processor: Any, **_: Any) -> Any:
        logits_processor(input_ids, torch.zeros(len(input_ids), model.config.vocab_size))
        raise self._error


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A model that says it is on a GPU, where our loop would be taken."""
    net = model()
    monkeypatch.setattr(way, "_device_kind", lambda _: "cuda")
    way._say.cache_clear()
    return net


def answers(net: Any) -> Any:
    return way.Way(net, 5, 64).generate(asked(), lambda: noise(5)).tolist()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (UncapturableError("it counts"), "it counts"),
        (torch.OutOfMemoryError(), "memory of the"),
    ],
)
def test_a_failure_gives_the_plain_answers_and_is_said_once(
    pretended: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    reason: str,
) -> None:
    with way.plainly():
        plain = answers(pretended)
    monkeypatch.setattr(loop, "Decoder", lambda _: Broken(error))
    with caplog.at_level(logging.WARNING):
        assert answers(pretended) == answers(pretended) == plain
    assert len(caplog.messages) == 1
    assert reason in caplog.messages[0]


def test_what_cannot_be_captured_is_not_tried_again(
    pretended: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []
    monkeypatch.setattr(
        loop, "Decoder", lambda _: tries.append(1) or Broken(UncapturableError("no"))
    )
    answers(pretended)
    answers(pretended)
    assert len(tries) == 1


def test_other_errors_are_not_hidden(pretended: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "Decoder", lambda _: Broken(ValueError("a bug")))
    with pytest.raises(ValueError, match="a bug"):
        answers(pretended)


def test_a_cpu_draws_plainly_without_a_word(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loop, "Decoder", lambda _: pytest.fail("there is no GPU"))
    answers(model())
    assert not caplog.messages
