"""Virtual tokens: what a checkpoint holds, and where they do not work."""

from pathlib import Path
from typing import Any

import pytest
import torch

from tunesmith.errors import UserError
from tunesmith.methods.p_tuning import PTuning
from tunesmith.methods.prefix import Prefix
from tunesmith.methods.prompt import Prompt

IDS = torch.tensor([[5, 6, 7, 8]])
METHODS = [
    Prompt(tokens=4),
    Prefix(tokens=4),
    Prefix(tokens=4, projection=True),
    PTuning(tokens=4, hidden_size=8),
]


@pytest.mark.parametrize("method", METHODS, ids=["prompt", "prefix", "projected", "p_tuning"])
def test_a_checkpoint_holds_what_makes_the_tokens(llama: Any, tmp_path: Path, method: Any) -> None:
    model = method.apply(llama, "chat").eval()
    before = model(IDS).logits.detach()
    method.save(model, tmp_path)
    with torch.no_grad():
        for weight in model.prompt_encoder.parameters():
            weight.add_(1.0)
    assert not torch.allclose(model(IDS).logits, before, atol=1e-3)
    model.load_adapter(tmp_path, "default")
    assert torch.equal(model(IDS).logits, before)


@pytest.mark.parametrize("method", [METHODS[0], METHODS[3]], ids=["prompt", "p_tuning"])
def test_a_decoder_cannot_classify_behind_virtual_tokens(
    llama_classifier: Any, method: Any
) -> None:
    with pytest.raises(UserError, match=rf"method.kind {method.kind}.*use prefix, lora or full"):
        method.apply(llama_classifier, "classification")


def test_virtual_tokens_count_as_length() -> None:
    assert [method.virtual_tokens for method in METHODS] == [4, 4, 4, 4]


def test_a_prompt_begins_as_tokens_of_the_vocabulary_and_is_drawn_by_the_seed(llama: Any) -> None:
    known = llama.get_input_embeddings().weight.detach().clone()
    torch.manual_seed(3)
    first = Prompt(tokens=4).apply(llama, "chat").prompt_encoder["default"].embedding.weight
    assert all((known == row).all(dim=1).any() for row in first)
    assert len(torch.unique(first, dim=0)) > 1


def test_a_random_prompt_is_far_wider_than_embeddings(llama: Any) -> None:
    known = llama.get_input_embeddings().weight.std()
    model = Prompt(tokens=16, init="random").apply(llama, "chat")
    assert model.prompt_encoder["default"].embedding.weight.std() > 10 * known


def test_how_a_prompt_began_does_not_keep_a_phase_from_going_on() -> None:
    assert Prompt().differences(Prompt(init="random")) == []
