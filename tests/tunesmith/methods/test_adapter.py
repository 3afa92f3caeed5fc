"""Bottleneck adapters: where they stand, how they begin, and what PEFT does with them."""

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftType

from tunesmith.errors import UserError
from tunesmith.methods.adapter import Adapter, placed
from tunesmith.methods.base.adapter_layers import NAME, register

IDS = torch.tensor([[5, 6, 7, 8]])


def stir(model: Any, adapter: str = "default") -> None:
    """Change an adapter as a training would."""
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if f"adapter_up.{adapter}" in name:
                weight.add_(0.1)


def test_houlsby_stands_behind_attention_and_feed_forward_pfeiffer_behind_the_latter(
    llama: Any, bert: Any
) -> None:
    both = [name.rpartition("layers.0.")[2] for name in placed(llama, "houlsby") if ".0." in name]
    assert both == ["self_attn.o_proj", "mlp.down_proj"]
    assert all("down_proj" in name for name in placed(llama, "pfeiffer"))
    assert placed(bert, "pfeiffer") == [f"bert.encoder.layer.{i}.output.dense" for i in range(2)]
    assert "bert.encoder.layer.1.attention.output.dense" in placed(bert, "houlsby")


def test_an_adapter_begins_as_nothing_and_can_be_switched_off(llama: Any) -> None:
    before = llama(IDS).logits.detach()
    model = Adapter(width=8).apply(llama, "chat")
    assert torch.equal(model(IDS).logits, before)
    stir(model)
    assert not torch.allclose(model(IDS).logits, before, atol=1e-3)
    with model.disable_adapter():
        assert torch.equal(model(IDS).logits, before)


def test_only_the_bottleneck_is_trained(llama: Any) -> None:
    model = Adapter(width=8, placement="pfeiffer").apply(llama, "chat")
    trained = {n: w.numel() for n, w in model.named_parameters() if w.requires_grad}
    assert all("tunesmith_adapter" in name for name in trained)
    assert sum(trained.values()) == 2 * (32 * 8 + 8 + 8 * 32 + 32)


def test_a_saved_adapter_is_safetensors_and_gives_the_same_again(
    llama: Any, tiny_base: Path, tmp_path: Path
) -> None:
    method = Adapter(width=8, activation="gelu")
    model = method.apply(llama, "chat")
    stir(model)
    method.save(model, tmp_path)
    assert (tmp_path / "adapter_model.safetensors").exists()
    base = type(llama).from_pretrained(tiny_base)
    again = method.reload(base, tmp_path, "chat", trainable=False)
    assert torch.equal(again(IDS).logits, model(IDS).logits)
    assert not any(weight.requires_grad for weight in again.parameters())


def test_a_second_adapter_can_be_loaded_beside_the_first_and_swapped(
    llama: Any, tmp_path: Path
) -> None:
    method = Adapter(width=8)
    model = method.apply(llama, "chat")
    first = model(IDS).logits.detach()
    method.save(model, tmp_path)
    stir(model)
    model.load_adapter(tmp_path, "other")
    changed = model(IDS).logits.detach()
    model.set_adapter("other")
    assert torch.equal(model(IDS).logits, first)
    model.set_adapter("default")
    assert torch.equal(model(IDS).logits, changed)


def test_merging_is_refused_with_the_reason_and_a_way(llama: Any) -> None:
    model = Adapter(width=8).apply(llama, "chat")
    for merge in (model.merge_and_unload, model.merge_adapter):
        with pytest.raises(UserError, match=r"cannot be merged.*non-linear.*train lora"):
            merge()


def test_a_model_whose_layers_are_unknown_names_the_way_out(llama: Any) -> None:
    for layer in llama.model.layers:
        layer.mlp.last = layer.mlp._modules.pop("down_proj")
    with pytest.raises(UserError, match=r"no layer of a llama model; name modules in method.targ"):
        Adapter().apply(llama, "chat")
    model = Adapter(targets=["mlp.last"]).apply(llama, "chat")
    assert any("last.tunesmith_adapter" in name for name, _ in model.named_modules())


def test_a_target_that_matches_nothing_is_refused(llama: Any) -> None:
    with pytest.raises(UserError, match=r'method.targets: "wo" matches no module'):
        Adapter(targets=["wo"]).apply(llama, "chat")


def test_the_tuner_is_a_member_where_every_python_looks_for_it() -> None:
    register()
    assert PeftType.__dict__[NAME] is PeftType(NAME)


@pytest.mark.parametrize(
    ("target", "said"),
    [("mlp", "a LlamaMLP.*name one inside of it: gate_proj"), ("norm", "a LlamaRMSNorm.*Linear$")],
)
def test_a_target_that_is_no_projection_is_refused_by_its_kind(
    llama: Any, target: str, said: str
) -> None:
    with pytest.raises(UserError, match=said):
        Adapter(width=8, targets=[target]).apply(llama, "chat")
