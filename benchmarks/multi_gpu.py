"""Tokens a second and memory of one process, DDP and FSDP2 on the GPUs there are.

`python -m benchmarks.multi_gpu` trains a random Llama of 1.2 billion weights on random tokens;
`--size tiny` does on two processes of a CPU. Needs torch, transformers and, for LoRA, peft only.
The same work a process: twice the processes take twice the rows of a step, as in weak scaling.
"""

import argparse
import json
import random
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

from benchmarks.clock import Clock

SIZES: dict[str, dict[str, int]] = {
    "tiny": {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "tokens": 128},
    "1b": {"hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16, "tokens": 1024},
    "8b": {
        "hidden_size": 4096,
        "intermediate_size": 14336,
        "num_hidden_layers": 32,
        "tokens": 1024,
    },
}
ROWS, STEPS, WARM = 4, 12, 4  # rows at once of a process; steps, of which the first are not timed


def main() -> None:
    """Print one line for each way to train."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="1b")
    parser.add_argument("--methods", nargs="+", default=["lora", "full"])
    parser.add_argument("--ways", nargs="+", default=["one", "ddp", "fsdp2"])
    parser.add_argument("--worker", nargs=2)
    given = parser.parse_args()
    if given.worker:
        measure(*given.worker, given.size)
        return
    several = torch.cuda.device_count() if torch.cuda.is_available() else 2
    for method in given.methods:
        for way in given.ways:
            processes = 1 if way == "one" else several
            start(processes, ["--size", given.size, "--worker", way, method])


def start(processes: int, words: list[str]) -> None:
    """Run this module in so many processes, of several under PyTorch's own launcher."""
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    several = launcher if processes > 1 else []
    command = [sys.executable, *several, "-m", "benchmarks.multi_gpu", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"way"')]
    print(*lines or [f"{words} failed:", done.stderr[-3000:]], sep="\n", flush=True)


def measure(way: str, method: str, size: str) -> None:
    """Train in one of the processes; the first prints what came out."""
    from dataclasses import replace

    from tunesmith.training.devices.group import joined

    strategy = "fsdp2" if way == "fsdp2" else "ddp"
    with joined(SimpleNamespace(processes=None, hosts=None, strategy=strategy)) as group:
        found = train(replace(group, strategy=strategy), method, size)
        peaks = gathered(found.pop("peak_bytes"), group.size)
        if group.first:
            shown = {"way": way, "method": method, "processes": group.size, **found}
            print(json.dumps({**shown, "peak_gb": [round(peak / 1e9, 2) for peak in peaks]}))


def train(group: Any, method: str, size: str) -> dict[str, Any]:
    """Return losses, tokens a second of all processes, and the peak of this one."""
    import torch
    from transformers import TrainingArguments

    from tunesmith.training.devices.shard import shard
    from tunesmith.training.devices.trainer import trainer_kind

    gpu, tokens = torch.cuda.is_available(), SIZES[size]["tokens"]
    model = with_method(llama(size, on_gpu=gpu and not group.sharded), method)
    model = shard(model, group.size) if group.sharded else model
    clock = Clock(WARM)
    arguments = TrainingArguments(
        output_dir="/tmp/multi_gpu",
        max_steps=STEPS,
        per_device_train_batch_size=ROWS,
        learning_rate=1e-4,
        bf16=gpu,
        use_cpu=not gpu,
        logging_steps=1,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        ddp_find_unused_parameters=False,
        label_names=["labels"],
    )
    if gpu:
        arguments._n_gpu = 1
    rows = random_rows(ROWS * STEPS * group.size, tokens)
    trainer = trainer_kind(group)(
        model=model, args=arguments, train_dataset=rows, data_collator=batch, callbacks=[clock]
    )
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    done = ROWS * tokens * group.size * (STEPS - WARM)
    return {
        "wrapped": type(trainer.model_wrapped).__name__,
        "tokens_per_second": round(done / clock.seconds),
        "first_loss": round(losses[0], 4),
        "last_loss": round(losses[-1], 4),
        "peak_bytes": torch.cuda.max_memory_allocated() if gpu else 0,
    }


def llama(size: str, on_gpu: bool) -> Any:
    """Return a random Llama in the precision of the device; of shards it lies on the CPU."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    shape = {name: value for name, value in SIZES[size].items() if name != "tokens"}
    heads = {"num_attention_heads": shape["hidden_size"] // 64, "num_key_value_heads": 1}
    config = LlamaConfig(vocab_size=32_000, **shape, **heads)
    with torch.device("cuda" if on_gpu else "cpu"):
        model = LlamaForCausalLM(config)
    return model.to(torch.bfloat16) if torch.cuda.is_available() else model


def with_method(model: Any, method: str) -> Any:
    """Return the model with LoRA on all linear layers, or as it is."""
    if method == "full":
        return model
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM")
    return get_peft_model(model, config)


def random_rows(count: int, tokens: int) -> list[dict[str, list[int]]]:
    """Return rows of one length out of a small vocabulary, so that there is something to learn."""
    draw = random.Random(0)
    texts = [[draw.randrange(64) for _ in range(tokens)] for _ in range(count)]
    return [{"input_ids": text, "labels": text} for text in texts]


def batch(rows: list[dict[str, list[int]]]) -> dict[str, Any]:
    """Return the rows as tensors."""
    import torch

    return {name: torch.tensor([row[name] for row in rows]) for name in ("input_ids", "labels")}


def gathered(value: int, processes: int) -> list[int]:
    """Return every process's number, in the order of their ranks."""
    if processes == 1:
        return [value]
    import torch.distributed as dist

    found: list[Any] = [None] * processes
    dist.all_gather_object(found, value)
    return found


if __name__ == "__main__":
    main()
