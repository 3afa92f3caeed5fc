"""How many weights a method trains: counted on a model without weights, so it is exact."""

from typing import Any

from tunesmith.component import Component
from tunesmith.methods.base import LowRank, TrainingMethod
from tunesmith.methods.lora import Lora
from tunesmith.methods.qlora import HEADS, Qlora, norms


class Counts(Component):
    """Numbers of weights, and what kind of model they make."""

    base: int  # of the model itself, a tied head once
    trained: int
    added: int  # of the trained ones those that the base has not
    quantised: int  # of the base those that a 4-bit base keeps in 4 bits
    norms: int  # of the base
    lookup: int  # input embeddings: looked up, not multiplied
    family: str = ""  # `model_type` of transformers
    fast: bool = False  # LoRA's fast path can train it


def count(config: Any, task: str, classes: int, method: TrainingMethod, longest: int = 0) -> Counts:
    """Return the counts of a method on a model of this configuration.

    Nothing is allocated: the model and what the method adds are on torch's device `meta`.

    Args:
        config: of transformers.
        task: of the phase; classification has a head of its own.
        classes: of a classification.
        method: with its dials.
        longest: tokens of the longest row.
    """
    from tunesmith.fast.fits import why_not

    model = bare(config, task, classes)
    base = sum(weight.numel() for weight in model.parameters())
    quantised = sum(part.weight.numel() for part in packable(model))
    normed = sum(weight.numel() for weight in norms(model))
    embedded = model.get_input_embeddings().weight
    tied = model.get_output_embeddings()
    lookup = 0 if tied is not None and tied.weight is embedded else embedded.numel()
    model = _apply(method, model, task)
    trained = sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
    return Counts(
        base=base,
        trained=trained,
        added=trained if method.keeps_base else 0,
        quantised=quantised,
        norms=normed,
        lookup=lookup,
        family=config.model_type,
        fast=task != "classification" and why_not(model, longest) is None,
    )


def bare(config: Any, task: str, classes: int) -> Any:
    """Return a model without weights."""
    import torch
    from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

    kind: Any = AutoModelForCausalLM
    if task == "classification":
        kind, config.num_labels = AutoModelForSequenceClassification, classes
    with torch.device("meta"):
        return kind.from_config(config)


def packable(model: Any) -> list[Any]:
    """Return the layers that bitsandbytes keeps in 4 bits: linear ones that are no head."""
    from torch.nn import Linear

    named = model.named_modules()
    return [
        part
        for name, part in named
        if isinstance(part, Linear) and name.rpartition(".")[2] not in HEADS
    ]


def _apply(method: TrainingMethod, model: Any, task: str) -> Any:
    """Put the method on a model without weights, leaving out what reads weights."""
    import torch

    if isinstance(method, Lora):  # PiSSA and OLoRA begin in the weights, which are not there
        method = method.model_copy(update={"init": "default"})
    with torch.device("meta"):
        if isinstance(method, Qlora):
            return LowRank.apply(method, model, task)
        return method.apply(model, task)
