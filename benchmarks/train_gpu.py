"""Prints what LoRA costs on this GPU: TRL as it comes, TRL tuned, and Tunesmith untouched.

`python -m benchmarks.train_gpu [--only 1B] [--settings Tunesmith "TRL, tuned"] [--steps 20]`. Llama
shapes with random weights, LoRA of rank 16 beside all linear layers, instructions and answers about
as long as Alpaca's, loss on the answers. Every row is a process of its own; they run one after the
other on one GPU. Needs trl and liger-kernel; QLoRA needs bitsandbytes.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from benchmarks.apart import measured_apart, tell

SHAPES = {
    "1B": {"hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16, "heads": 32},
    "8B": {"hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "heads": 32},
}
VOCABULARY = 128_256
ROWS = 12_000
WARM = 6  # steps before the clock starts
PEAK = 789e12  # FLOP/s of a bf16 matrix product, measured on an H200


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    shape: str
    name: str
    tokens_per_second: float
    peak_gb: float
    tokens_per_step: float
    flops: float  # 4 for each parameter of a product and token, a second


def rows() -> list[dict[str, list[int]]]:
    """Return encoded rows with lengths as Alpaca's: median about 75 tokens, mean about 100."""
    import numpy as np

    drawn = np.random.default_rng(0)
    prompts = np.clip(drawn.lognormal(3.0, 0.6, ROWS), 8, 512).astype(int)
    answers = np.clip(drawn.lognormal(3.8, 0.9, ROWS), 2, 1024).astype(int)
    found = []
    for prompt, answer in zip(prompts, answers, strict=True):
        ids = drawn.integers(10, VOCABULARY, prompt + answer).tolist()
        found.append({"input_ids": ids, "labels": [-100] * prompt + ids[prompt:]})
    return found


def model(shape: str, attention: str) -> Any:
    """Return a Llama of random weights in bf16 on the GPU."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    sizes = dict(SHAPES[shape])
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        num_attention_heads=sizes.pop("heads"),
        num_key_value_heads=8,
        max_position_embeddings=131_072,
        rope_theta=500_000.0,
        tie_word_embeddings=shape == "1B",
        attn_implementation=attention,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        **sizes,
    )
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("cuda"):
        made = LlamaForCausalLM(config)
    torch.set_default_dtype(torch.float32)
    return made


def trl(shape: str, steps: int, folder: str, **changes: Any) -> Any:
    """Return TRL's trainer; without changes as it comes."""
    from datasets import Dataset, fingerprint
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    fingerprint.Hasher.hash = classmethod(lambda *_: str(time.time_ns()))  # nothing is kept
    attention = changes.pop("attention", "sdpa")
    known = SFTConfig.__dataclass_fields__
    if "gradient_checkpointing" in known and "activation_checkpointing" not in known:
        changes = {k.replace("activation_", "gradient_"): v for k, v in changes.items()}
    data = [
        {"input_ids": row["input_ids"], "completion_mask": [int(x != -100) for x in row["labels"]]}
        for row in rows()
    ]
    arguments = SFTConfig(
        output_dir=folder,
        max_steps=steps,
        learning_rate=2e-4,
        report_to="none",
        save_strategy="no",
        disable_tqdm=True,
        completion_only_loss=True,
        **changes,
    )
    return SFTTrainer(
        model=model(shape, attention),
        args=arguments,
        train_dataset=Dataset.from_list(data),
        processing_class=tokenizer(),
        peft_config=LoraConfig(r=16, lora_alpha=32, target_modules="all-linear"),
    )


def tunesmith(
    shape: str,
    steps: int,  # noqa: ARG001
    folder: str,
    kind: str = "lora",
    data: list[dict[str, list[int]]] | None = None,
    **dials: Any,
) -> Any:
    """Return Tunesmith's trainer of a phase in which nothing is said but the method."""
    from tunesmith.training.params import Phase
    from tunesmith.training.precision import lift
    from tunesmith.training.run import make_trainer

    phase = Phase.model_validate(
        {"from": "base", "with": "base", "task": "chat", "learning_rate": 2e-4, "max_length": 2048}
        | {"method": {"kind": kind}, "epochs": 1, "evaluations_per_epoch": 1}
        | dials
    )
    made = model(shape, "sdpa")
    tuned = phase.method.apply(quantised(made) if kind == "qlora" else made, phase.task)
    lift(tuned)
    loaded = SimpleNamespace(tokenizer=tokenizer(), model=tuned)
    some = data or rows()
    return make_trainer(phase, tuned, loaded, some, some[:8], Path(folder), 0)


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


TUNED = {
    "packing": True,
    "max_length": 8192,
    "per_device_train_batch_size": 1,
    "attention": "flex_attention",
    "use_liger_kernel": True,
    "activation_checkpointing": False,
}
SETTINGS: dict[str, Callable[..., Any]] = {
    "TRL, defaults": trl,
    "TRL, tuned": lambda *where: trl(*where, **TUNED),
    "Tunesmith": tunesmith,
    "Tunesmith, full": lambda *where: tunesmith(*where, kind="full"),
    "Tunesmith, checkpointing": lambda *where: tunesmith(*where, activation_checkpointing=True),
    "Tunesmith, QLoRA": lambda *where: tunesmith(*where, kind="qlora"),
    "Tunesmith, QLoRA, checkpointing": lambda *where: tunesmith(
        *where, kind="qlora", activation_checkpointing=True
    ),
}


def measure(shape: str, name: str, steps: int) -> Row:
    """Train a few steps and return what they cost."""
    import torch

    from benchmarks.clock import Clock

    counted: list[int] = []
    clock = Clock(WARM, WARM + steps)
    with TemporaryDirectory() as folder:
        trainer = SETTINGS[name](shape, WARM + steps, folder)
        collator = trainer.data_collator

        def counting(items: Any) -> Any:
            batch = collator(items)
            mask = batch.get("attention_mask")
            counted.append(int(batch["input_ids"].numel() if mask is None else mask.sum()))
            return batch

        trainer.data_collator = counting
        trainer.args.load_best_model_at_end = False
        trainer.add_callback(clock)
        torch.cuda.reset_peak_memory_stats()
        trainer.train()
    per_step = sum(counted) / len(counted) * trainer.args.gradient_accumulation_steps
    speed = per_step * steps / clock.seconds
    body = sum(layer.weight.numel() for layer in model_layers(shape))
    return Row(
        shape, name, speed, torch.cuda.max_memory_allocated() / 1e9, per_step, 4 * body * speed
    )


def model_layers(shape: str) -> list[Any]:
    """Return the linear layers of a shape, without weights."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    sizes = dict(SHAPES[shape])
    with torch.device("meta"):
        made = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=VOCABULARY,
                num_attention_heads=sizes.pop("heads"),
                num_key_value_heads=8,
                **sizes,
            )
        )
    return [layer for layer in made.modules() if isinstance(layer, torch.nn.Linear)]


def main() -> None:
    """Measure each row in a process of its own and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=["1B", "8B"], choices=SHAPES)
    parser.add_argument("--settings", nargs="*", default=list(SETTINGS), choices=SETTINGS)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--one", nargs=2, metavar=("SHAPE", "SETTING"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        tell(measure(*chosen.one, chosen.steps))
        return
    print(
        "| shape | setting | tokens/s | of the peak | GB | tokens a step |\n"
        "|---|---|--:|--:|--:|--:|"
    )
    for shape in chosen.only:
        for name in chosen.settings:
            print(line(shape, name, chosen.steps), flush=True)


def line(shape: str, name: str, steps: int) -> str:
    """Return one line of the table, or what went wrong."""
    words = ("--one", shape, name, "--steps", str(steps))
    found, end = measured_apart("benchmarks.train_gpu", *words)
    if found is None:
        return f"| {shape} | {name} | failed: {end} | | | |"
    row = Row(**found)
    return (
        f"| {shape} | {name} | {row.tokens_per_second:,.0f} | {row.flops / PEAK:.2f} "
        f"| {row.peak_gb:.1f} | {row.tokens_per_step:,.0f} |"
    )


if __name__ == "__main__":
    main()
