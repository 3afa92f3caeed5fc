"""Prints what LoRA costs on this GPU: TRL as it comes, TRL tuned, and Tunesmith untouched.

`python -m benchmarks.train_gpu [--only 1B] [--settings Tunesmith "TRL, tuned"] [--steps 20]`. Llama
shapes with random weights, LoRA of rank 16 beside all linear layers, instructions and answers about
as long as Alpaca's, loss on the answers. Every row is a process of its own; they run one after the
other on one GPU. Needs trl and liger-kernel; QLoRA needs bitsandbytes. `--packs 2048 8192 32768`
measures packs of these lengths instead, of as many rows as fill them, with `--recomputed` also with
activations computed twice, with `--long` of rows four times as long, with `--kind qlora` by that.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.apart import measured_apart, tell
from benchmarks.random_llama import (
    VOCABULARY,
    linear_weights,
    model,
    phase_trainer,
    rows,
    tokenizer,
)

WARM = 6  # steps before the clock starts
LONG = 4  # times the length of the usual rows
PEAK = 789e12  # FLOP/s of a bf16 matrix product, measured on an H200


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    shape: str
    name: str
    tokens_per_second: float
    peak_gb: float
    tokens_per_step: float
    packs: str  # of a step, and how they were computed
    flops: float  # 4 for each parameter of a product and token, a second


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


def tunesmith(shape: str, steps: int, folder: str, **dials: Any) -> Any:  # noqa: ARG001
    """Return the trainer of a phase; the clock ends it after its steps."""
    return phase_trainer(shape, folder, **dials)


TUNED = {
    "packing": True,
    "max_length": 8192,
    "per_device_train_batch_size": 1,
    "attention": "flex_attention",
    "use_liger_kernel": True,
    "activation_checkpointing": False,
}


def within(gigabytes: float, shape: str, steps: int, folder: str, **dials: Any) -> Any:
    """Return the trainer of a phase on a GPU that holds so much."""
    import torch

    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(gigabytes * 1e9 / total)
    return tunesmith(shape, steps, folder, **dials)


def packed(words: list[str], shape: str, steps: int, folder: str) -> Any:
    """Return the trainer of a phase that names its packs, with rows for a hundred steps of them."""
    tokens, kind, twice = int(words[2]), words[3], "recomputed" in words
    times = LONG if "long" in words else 1
    known = 512 if shape == "tiny" else VOCABULARY
    data = rows(110 * tokens // (75 * times), known, times)
    dials = {"pack_tokens": tokens, "activation_checkpointing": twice, "packing": True}
    return tunesmith(shape, steps, folder, kind=kind, data=data, max_length=2048 * times, **dials)


def packs_of(name: str) -> Callable[..., Any]:
    """Return what makes the trainer of a row such as "packs of 8192, lora, recomputed"."""
    return partial(packed, name.replace(",", "").split())


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
    "Tunesmith, QLoRA, 24 GB": lambda *where: within(24, *where, kind="qlora"),
}


def measure(shape: str, name: str, steps: int) -> Row:
    """Train a few steps and return what they cost."""
    import torch

    from benchmarks.clock import Clock, tokens_a_step

    clock = Clock(WARM, WARM + steps)
    with TemporaryDirectory() as folder:
        made = SETTINGS[name] if name in SETTINGS else packs_of(name)
        trainer = made(shape, WARM + steps, folder)
        per_step = tokens_a_step(trainer, clock)
    speed = per_step * steps / clock.seconds
    flops = 4 * linear_weights(shape) * speed
    peak = torch.cuda.max_memory_allocated() / 1e9 if torch.cuda.is_available() else 0.0
    return Row(shape, name, speed, peak, per_step, cut(trainer), flops)


def cut(trainer: Any) -> str:
    """Say how a step is cut into packs."""
    tokens, fast = getattr(trainer, "pack_tokens", None), getattr(trainer, "fast", None)
    if tokens is None:
        return ""
    each = trainer.args.gradient_accumulation_steps
    return f"{each} × {tokens:,}{', recomputed' if fast and fast.checkpointing else ''}"


def main() -> None:
    """Measure each row in a process of its own and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=["1B", "8B"], choices=["tiny", "1B", "8B"])
    parser.add_argument("--settings", nargs="*", default=list(SETTINGS), choices=SETTINGS)
    parser.add_argument("--packs", type=int, nargs="+", help="tokens, in place of the settings")
    parser.add_argument("--recomputed", action="store_true", help="each of these packs twice")
    parser.add_argument("--long", action="store_true", help="of rows four times as long")
    parser.add_argument("--kind", default="lora", help="method of these packs")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--one", nargs=2, metavar=("SHAPE", "SETTING"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        tell(measure(*chosen.one, chosen.steps))
        return
    print(
        "| shape | setting | tokens/s | of the peak | GB | tokens a step | packs |\n"
        "|---|---|--:|--:|--:|--:|---|"
    )
    long = ", long" if chosen.long else ""
    again = ["", ", recomputed"] if chosen.recomputed else [""]
    packs = [
        f"packs of {tokens}, {chosen.kind}{long}{how}"
        for how in again
        for tokens in chosen.packs or []
    ]
    for shape in chosen.only:
        for name in packs or chosen.settings:
            print(line(shape, name, chosen.steps), flush=True)


def line(shape: str, name: str, steps: int) -> str:
    """Return one line of the table, or what went wrong."""
    words = ("--one", shape, name, "--steps", str(steps))
    found, end = measured_apart("benchmarks.train_gpu", *words)
    if found is None:
        return f"| {shape} | {name} | failed: {end} | | | | |"
    row = Row(**found)
    return (
        f"| {shape} | {name} | {row.tokens_per_second:,.0f} | {row.flops / PEAK:.2f} "
        f"| {row.peak_gb:.1f} | {row.tokens_per_step:,.0f} | {row.packs} |"
    )


if __name__ == "__main__":
    main()
