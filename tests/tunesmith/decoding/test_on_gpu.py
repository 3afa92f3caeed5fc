"""Graphs on a GPU: the plain answers, by the weights of the moment, and no harm by a failure."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from peft import get_peft_model
from transformers import BitsAndBytesConfig

from tests.tunesmith.decoding.models import ADAPTERS, FAMILIES, PROMPTS, asked, model, noise
from tunesmith.decoding import step, way
from tunesmith.decoding.attention import sharing_keys
from tunesmith.decoding.fits import transformer_of
from tunesmith.decoding.halves import Halves
from tunesmith.decoding.step import Step
from tunesmith.decoding.way import Way, plainly
from tunesmith.methods.adapter import Adapter

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]
CUDA = torch.device("cuda")


@pytest.fixture(autouse=True)
def captured(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Let the cache grow within an answer; count what is captured."""
    monkeypatch.setattr(step, "BLOCK", 16)
    counted: list[int] = []
    capture = step.Step._capture
    monkeypatch.setattr(step.Step, "_capture", lambda s: (capture(s), counted.append(1)))
    way._say.cache_clear()
    yield counted


def on_gpu(prompts: list[list[int]] = PROMPTS, **more: Any) -> dict[str, Any]:
    return {
        k: v.cuda() if isinstance(v, torch.Tensor) else v for k, v in asked(prompts, **more).items()
    }


def answers(net: Any, batches: Any = (PROMPTS,), sampled: bool = False) -> list[Any]:
    """Return the answers of batches that share a way."""
    ours = Way(net, max(map(len, batches)), 64)
    with torch.inference_mode():
        return [
            ours.generate(on_gpu(b), lambda b=b: noise(len(b), "cuda") if sampled else []).tolist()
            for b in batches
        ]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_says_the_same(family: str, captured: list[int]) -> None:
    net = model(family).cuda()
    found = answers(net)
    assert len(captured) >= 2
    with plainly():
        assert found == answers(net)


@pytest.mark.parametrize("sampled", [False, True])
def test_answers_are_the_same_at_every_batch_size(sampled: bool) -> None:
    net = model().cuda()
    batches = [PROMPTS, PROMPTS[2:], PROMPTS[:1], PROMPTS[::-1]]
    found = answers(net, batches, sampled)
    with plainly():
        assert found == answers(net, batches, sampled)
    assert found != answers(net, batches, not sampled)


def whole_rows(net: Any) -> torch.Tensor:
    """Return the logits behind ten tokens after each prompt, read at once."""
    rows = [torch.tensor([prompt + list(range(30, 40))], device=net.device) for prompt in PROMPTS]
    with torch.inference_mode():
        return torch.cat([net(row).logits[:, -1].float() for row in rows])


def stepped(net: Any) -> torch.Tensor:
    """Return the same, token by token from a graph."""
    words, causal = on_gpu(), transformer_of(net)
    with torch.inference_mode(), Halves(causal).worn(), sharing_keys(causal):
        reads = Step(causal, 7, captures=True)
        reads.read(words["input_ids"], words["attention_mask"], 20)
        for place in range(10):
            found_BV = reads.next(torch.full((5,), 30 + place, device=net.device))
        return found_BV.float()


def apart(found: torch.Tensor, wanted: torch.Tensor) -> float:
    """Return the distance, relative to the length."""
    return float((found - wanted).norm() / wanted.norm())


@pytest.mark.parametrize("kind", ADAPTERS)
def test_adapters_say_the_same(kind: str, captured: list[int]) -> None:
    net = get_peft_model(model(), ADAPTERS[kind]).eval().cuda()
    found = answers(net)
    assert captured
    with plainly():
        assert found == answers(net)


def test_our_own_adapter_says_the_same(captured: list[int]) -> None:
    net = Adapter(width=8).apply(model(), "chat").eval()
    for weight in net.parameters():
        if weight.requires_grad:
            torch.nn.init.normal_(weight, 0.0, 0.5)
    net.cuda()
    found = answers(net)
    assert captured
    with plainly():
        assert found == answers(net)


def test_answers_follow_weights_that_learn() -> None:
    net = get_peft_model(model(), ADAPTERS["lora"]).eval().cuda()
    optimizer = torch.optim.SGD([w for w in net.parameters() if w.requires_grad], lr=1.0)
    found = []
    for _ in range(3):
        found.append(answers(net))
        with plainly():
            assert found[-1] == answers(net)
        ids_BT = torch.tensor([PROMPTS[1]], device=CUDA)
        net(ids_BT, labels=ids_BT).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert found[0] != found[1] != found[2]


@pytest.mark.parametrize("kind", ["lora", "dora"])
def test_half_precision_is_as_exact_as_the_plain_path(kind: str, captured: list[int]) -> None:
    net = get_peft_model(model(), ADAPTERS[kind]).eval().cuda()
    exact = whole_rows(net)
    for name, weight in net.named_parameters():
        if "lora_" not in name:
            weight.data = weight.data.bfloat16()
    with torch.autocast("cuda", torch.bfloat16):
        plain, ours = whole_rows(net), stepped(net)
    assert captured
    assert apart(ours, exact) <= 1.5 * apart(plain, exact) + 0.01


def test_a_model_that_waits_for_the_gpu_is_answered_plainly_and_still_learns(
    caplog: pytest.LogCaptureFixture, captured: list[int]
) -> None:
    net = model().cuda()
    net.model.layers[0].register_forward_hook(lambda *_: float(torch.ones(1, device=CUDA)) and None)
    with plainly():
        plain = answers(net)
    with caplog.at_level(logging.WARNING):
        assert answers(net) == answers(net) == plain
    assert not captured
    assert len(caplog.messages) == 1
    assert "cannot be captured" in caplog.messages[0]
    ids_BT = torch.tensor([PROMPTS[1]], device=CUDA)
    loss = net(ids_BT, labels=ids_BT).loss
    loss.backward()
    assert loss.isfinite()
    other = model().cuda()
    found = answers(other)
    assert captured
    with plainly():
        assert found == answers(other)


def test_memory_is_given_back() -> None:
    net = model().cuda()
    answers(net)
    before = torch.cuda.memory_allocated()
    for _ in range(3):
        answers(net)
    assert torch.cuda.memory_allocated() == before


def test_four_bit_weights_say_the_same(tmp_path: Any, captured: list[int], caplog: Any) -> None:
    pytest.importorskip("bitsandbytes")
    from transformers import AutoModelForCausalLM

    model(hidden_size=128, intermediate_size=256).bfloat16().save_pretrained(tmp_path)
    quantised = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.float32,
    )
    net = AutoModelForCausalLM.from_pretrained(
        tmp_path, quantization_config=quantised, device_map={"": 0}, dtype=torch.float32
    ).eval()
    with caplog.at_level(logging.WARNING):
        found = answers(net)
    with plainly():
        assert found == answers(net)
    assert captured
    assert not caplog.messages
