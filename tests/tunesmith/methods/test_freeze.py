"""Partial fine-tuning: which weights are the last ones."""

from typing import Any

import pytest

from tunesmith.errors import UserError
from tunesmith.methods.freeze import Freeze


def trained(model: Any) -> set[str]:
    return {name for name, weight in model.named_parameters() if weight.requires_grad}


def test_the_last_layer_and_the_norm_behind_it_are_trained(llama: Any) -> None:
    names = trained(Freeze(layers=1).apply(llama, "chat"))
    assert {name for name in names if "layers" not in name} == {"model.norm.weight"}
    assert {name.split(".")[2] for name in names if "layers" in name} == {"1"}


def test_without_the_head_only_layers_are_trained(llama: Any) -> None:
    names = trained(Freeze(layers=2, head=False).apply(llama, "chat"))
    assert all(name.startswith("model.layers.") for name in names)
    assert {name.split(".")[2] for name in names} == {"0", "1"}


def test_a_classifiers_head_is_always_trained(bert: Any) -> None:
    names = trained(Freeze(layers=1, head=False).apply(bert, "classification"))
    assert {"classifier.weight", "classifier.bias"} <= names
    assert not any("embeddings" in name or "layer.0." in name for name in names)


def test_more_layers_than_there_are_is_refused(llama: Any) -> None:
    with pytest.raises(UserError, match="method.layers: 3, but the model has 2 layers"):
        Freeze(layers=3).apply(llama, "chat")
