"""LoRA: names that match nothing are refused, LoRA+ has two rates, PiSSA leaves the base alone."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from peft import PeftModel
from pydantic import ValidationError
from torch.optim import AdamW

from tunesmith.errors import UserError
from tunesmith.methods.lora import Lora

IDS = torch.tensor([[5, 6, 7, 8]])


@pytest.mark.parametrize(
    ("dials", "expected"),
    [
        ({"targets": ["query"]}, r'method.targets: "query" matches no.*it has: .*q_proj'),
        ({"targets": ["q_proj", "qproj"]}, 'method.targets: "qproj" matches no module'),
        ({"targets": "q_proj"}, r"whole name has to match, such as model\.embed_tokens"),
        ({"targets": "(q_proj"}, "'\\(q_proj' is no regular expression"),
        ({"targets": r".*\.mlp"}, "some that it cannot .*LlamaMLP"),
        ({"modules_to_save": ["head"]}, 'method.modules_to_save: "head" matches no module'),
        ({"rank_pattern": {"query": 4}}, 'method.rank_pattern: "query" matches no module'),
    ],
)
def test_names_that_match_nothing_are_refused_with_those_that_there_are(
    llama: Any, dials: dict[str, Any], expected: str
) -> None:
    with pytest.raises(UserError, match=expected):
        Lora(r=4, **dials).apply(llama, "chat")


def test_the_dials_are_left_as_they_were_written(llama: Any) -> None:
    method = Lora(r=4, modules_to_save=["embed_tokens"], targets=["q_proj"])
    method.apply(llama, "chat")
    assert method == Lora(r=4, modules_to_save=["embed_tokens"], targets=["q_proj"])


def test_the_rank_pattern_changes_the_rank_where_it_matches(llama: Any) -> None:
    model = Lora(r=4, rank_pattern={"0.self_attn.q_proj": 2}).apply(llama, "chat")
    ranks = {n: w.shape[0] for n, w in model.named_parameters() if "q_proj.lora_A" in n}
    assert sorted(ranks.values()) == [2, 4]


def test_b_learns_faster_than_a_by_the_ratio_of_lora_plus(llama: Any) -> None:
    method = Lora(r=4, lora_plus=16)
    model = method.apply(llama, "chat")
    arguments = SimpleNamespace(weight_decay=0.1)
    with pytest.MonkeyPatch.context() as patch:
        chosen = (AdamW, {"lr": 1e-3})
        patch.setattr("transformers.Trainer.get_optimizer_cls_and_kwargs", lambda *_: chosen)
        optimizer = method.optimizer(model, arguments)
    rates = {id(w): group["lr"] for group in optimizer.param_groups for w in group["params"]}
    for name, weight in model.named_parameters():
        if weight.requires_grad:
            assert rates[id(weight)] == pytest.approx(16e-3 if "lora_B" in name else 1e-3)
    assert {group["weight_decay"] for group in optimizer.param_groups} == {0.0, 0.1}


def test_without_a_ratio_the_optimizer_is_the_trainers(llama: Any) -> None:
    assert Lora().optimizer(Lora().apply(llama, "chat"), SimpleNamespace()) is None


@pytest.mark.parametrize("init", ["pissa", "olora"])
@pytest.mark.parametrize("dora", [True, False], ids=["dora", "plain"])
def test_an_adapter_that_began_out_of_the_weights_is_saved_for_the_base_as_it_is(
    llama: Any, tiny_base: Path, tmp_path: Path, init: str, dora: bool
) -> None:
    base = llama(IDS).logits.detach()
    method = Lora.model_validate({"r": 4, "init": init, "dora": dora})
    model = method.apply(llama, "chat")
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.add_(0.1)
    method.save(model, tmp_path)
    again = PeftModel.from_pretrained(type(llama).from_pretrained(tiny_base), tmp_path)
    assert again.peft_config["default"].r == 8
    torch.testing.assert_close(again(IDS).logits, model(IDS).logits, rtol=0, atol=1e-5)
    assert not torch.allclose(again(IDS).logits, base, atol=1e-3)
    with again.disable_adapter():
        torch.testing.assert_close(again(IDS).logits, base, rtol=0, atol=0)


def test_what_cannot_be_saved_for_the_base_is_refused_before_training() -> None:
    with pytest.raises(ValidationError, match="init: pissa does not go with rslora and rank_pat"):
        Lora(init="pissa", rslora=True, rank_pattern={"q_proj": 4})


def test_embeddings_that_are_trained_stay_tied_to_the_head(llama: Any) -> None:
    model = Lora(r=4, modules_to_save=["embed_tokens"]).apply(llama, "chat")
    with torch.no_grad():
        model.get_input_embeddings().weight[7] += 5
    merged = model.merge_and_unload()
    assert torch.equal(merged.lm_head.weight, merged.model.embed_tokens.weight)
