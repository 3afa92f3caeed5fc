"""Llamas of random weights in real shapes, rows as long as Alpaca's, and a phase that trains."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tunesmith.training.devices.group import ALONE, Group

SHAPES = {
    "tiny": {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "heads": 8},
    "1B": {"hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16, "heads": 32},
    "6B": {"hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 24, "heads": 32},
    "8B": {"hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "heads": 32},
}
VOCABULARY = 128_256
TIED = {"tiny", "1B"}  # the head is the embeddings


def rows(
    count: int = 12_000, vocabulary: int = VOCABULARY, times: int = 1
) -> list[dict[str, list[int]]]:
    """Return encoded rows with lengths as Alpaca's: median about 75 tokens, mean about 100.

    Args:
        count: how many.
        vocabulary: that their tokens are drawn from.
        times: as long.
    """
    import numpy as np

    drawn = np.random.default_rng(0)
    prompts = np.clip(drawn.lognormal(3.0, 0.6, count), 8, 512).astype(int)
    answers = np.clip(drawn.lognormal(3.8, 0.9, count), 2, 1024).astype(int)
    found = []
    for prompt, answer in zip(times * prompts, times * answers, strict=True):
        ids = drawn.integers(10, vocabulary, prompt + answer).tolist()
        found.append({"input_ids": ids, "labels": [-100] * prompt + ids[prompt:]})
    return found


def configuration(shape: str, attention: str = "sdpa") -> Any:
    """Return the configuration of a shape."""
    from transformers import LlamaConfig

    sizes = dict(SHAPES[shape])
    return LlamaConfig(
        vocab_size=512 if shape == "tiny" else VOCABULARY,
        num_attention_heads=sizes.pop("heads"),
        num_key_value_heads=8,
        max_position_embeddings=131_072,
        rope_theta=500_000.0,
        tie_word_embeddings=shape in TIED,
        attn_implementation=attention,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        **sizes,
    )


def model(shape: str, attention: str = "sdpa") -> Any:
    """Return a Llama of random weights: in bf16 on the GPU, or in fp32 where there is none."""
    import torch
    from transformers import LlamaForCausalLM

    gpu = torch.cuda.is_available()
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16 if gpu else torch.float32)
    with torch.device("cuda" if gpu else "cpu"):
        made = LlamaForCausalLM(configuration(shape, attention))
    torch.set_default_dtype(torch.float32)
    return made


def linear_weights(shape: str) -> int:
    """Return how many weights the products of a shape have."""
    import torch
    from transformers import LlamaForCausalLM

    with torch.device("meta"):
        layers = LlamaForCausalLM(configuration(shape)).modules()
    return sum(layer.weight.numel() for layer in layers if isinstance(layer, torch.nn.Linear))


def phase_trainer(
    shape: str,
    folder: str,
    kind: str = "lora",
    data: list[dict[str, list[int]]] | None = None,
    group: Group = ALONE,
    **dials: Any,
) -> Any:
    """Return the trainer of a phase in which nothing is said but the method and these dials."""
    import torch

    from tunesmith.training.devices.shard import shard
    from tunesmith.training.params import Phase
    from tunesmith.training.precision import lift
    from tunesmith.training.run import make_trainer

    phase = Phase.model_validate(
        {"from": "base", "with": "base", "task": "chat", "learning_rate": 2e-4, "max_length": 2048}
        | {"method": {"kind": kind}, "epochs": 1, "evaluations_per_epoch": 1}
        | dials
    )
    made = model(shape)
    tuned = phase.method.apply(quantised(made) if kind == "qlora" else made, phase.task)
    if group.sharded:  # as a stage does, which reads it onto the CPU
        tuned = tuned.cpu()
        torch.cuda.empty_cache()
    lift(tuned)
    if group.sharded:
        tuned = shard(tuned, group.size)
    loaded = SimpleNamespace(tokenizer=tokenizer(), model=tuned)
    some = data or rows()
    return make_trainer(phase, tuned, loaded, some, some[:8], Path(folder), 0, group)


def quantised(made: Any) -> Any:
    """Return the model with its linear layers in NF4, as `from_pretrained` would load them."""
    import torch
    from bitsandbytes.nn import Linear4bit, Params4bit

    for parent in list(made.model.modules()):
        for name, layer in list(parent.named_children()):
            if type(layer) is torch.nn.Linear:
                small = Linear4bit(
                    layer.in_features,
                    layer.out_features,
                    bias=False,
                    compute_dtype=torch.bfloat16,
                    quant_type="nf4",
                    device="meta",
                )
                weight = layer.weight.data.cpu()
                layer.weight = None
                small.weight = Params4bit(weight, requires_grad=False, quant_type="nf4").to("cuda")
                setattr(parent, name, small)
    made.is_loaded_in_4bit = True
    torch.cuda.empty_cache()
    return made


def tokenizer() -> Any:
    """Return a tokenizer that only knows its special tokens; the rows are encoded already."""
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    words = {"<pad>": 0, "<s>": 1, "</s>": 2}
    bare = Tokenizer(models.WordLevel(words, unk_token="<pad>"))
    return PreTrainedTokenizerFast(
        tokenizer_object=bare, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )
