"""Under autocast weights are copied once for all tokens; no bit of an answer hangs on it."""

import gc
import weakref

import pytest
import torch
from peft import LoraConfig, get_peft_model

from tests.tunesmith.decoding.models import asked, model
from tunesmith.decoding import loop
from tunesmith.decoding.halves import Halves
from tunesmith.decoding.loop import Decoder


def tuned() -> torch.nn.Module:
    net = get_peft_model(
        model(), LoraConfig(r=4, target_modules=["q_proj", "up_proj"], init_lora_weights=False)
    )
    for name, weight in net.named_parameters():
        if "lora_" not in name:
            weight.data = weight.data.bfloat16()
    return net.eval()


@pytest.mark.parametrize("every", [False, True])
def test_no_bit_hangs_on_them(every: bool) -> None:
    net = model() if every else tuned()
    ids_BT = asked()["input_ids"]
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        plain = net(ids_BT).logits
        with Halves(net).worn():
            kinds = {type(m): m.weight.dtype for m in net.modules() if hasattr(m, "weight")}
            assert torch.equal(net(ids_BT).logits, plain)
    assert kinds[torch.nn.Linear] == torch.bfloat16
    assert kinds[torch.nn.Embedding] == (torch.float32 if every else torch.bfloat16)


def test_the_weights_are_there_again_even_after_an_error() -> None:
    net = tuned()
    before = dict(net.named_parameters())
    bytes_before = {name: weight.clone() for name, weight in before.items()}
    with torch.autocast("cpu", torch.bfloat16), pytest.raises(RuntimeError), Halves(net).worn():
        assert net.get_parameter(next(n for n in before if "lora_A" in n)).dtype == torch.bfloat16
        raise RuntimeError
    for name, weight in net.named_parameters():
        assert weight is before[name]
        assert torch.equal(weight, bytes_before[name])


def test_nothing_is_copied_without_autocast() -> None:
    assert not Halves(tuned())._copies


def test_a_decoder_answers_with_the_weights_of_its_making(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net, made = tuned(), []
    monkeypatch.setattr(loop, "Halves", lambda m: made.append(1) or Halves(m))
    ours = Decoder(5, captures=False)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        first, again = (net.generate(**asked(), custom_generate=ours) for _ in range(2))
    assert first.tolist() == again.tolist()
    assert len(made) == 1


def test_memory_is_free_as_soon_as_the_decoder_is() -> None:
    gc.collect()
    gc.disable()
    try:
        ours = Decoder(5, captures=False)
        with torch.inference_mode():
            model().generate(**asked(), custom_generate=ours)
        assert ours._step is not None
        keys = weakref.ref(ours._step._cache.layers[0].keys)
        assert keys() is not None
        del ours
        assert keys() is None
    finally:
        gc.enable()
