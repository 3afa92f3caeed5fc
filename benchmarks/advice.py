"""Holds the estimates of `tunesmith advise` against measured peaks.

`python -m benchmarks.advice` trains the demo's base as the pipeline does, each method in a process
of its own, and compares with the growth of that process's memory. `python -m benchmarks.advice
--gpu` makes training steps of a random Llama with the shape of Llama 3.2 1B, in bf16, and compares
with what torch says it allocated; it needs torch, transformers, peft and pydantic, no file and no
network. Names of methods after it leave out the others.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

METHODS = ["full", "freeze", "lora", "qlora", "adapter", "prefix", "p_tuning", "prompt", "ia3"]
EXACT = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}  # no holes in glibc
CPU_SETTINGS = [(16, 256, False), (4, 512, False)]  # rows of a batch, their tokens, checkpointing
GPU_SETTINGS = [(8, 512, False), (2, 2048, False), (8, 2048, True)]
LLAMA_1B = {
    "hidden_size": 2048,
    "intermediate_size": 8192,
    "num_hidden_layers": 16,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "head_dim": 64,
    "vocab_size": 128_256,
    "tie_word_embeddings": True,
    "max_position_embeddings": 8192,
}


def main() -> None:
    """Print one row a method and setting."""
    words = sys.argv[1:]
    if words[:1] == ["--one"]:
        print(json.dumps(one(*words[1:])))
        return
    gpu = "--gpu" in words
    chosen = [word for word in words if not word.startswith("--")] or METHODS
    print("| method | batch × tokens | estimate | measured | ratio | step, estimate | measured |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for batch, tokens, checkpointing in GPU_SETTINGS if gpu else CPU_SETTINGS:
        for method in chosen:
            print(row(method, batch, tokens, checkpointing, gpu), flush=True)


def row(method: str, batch: int, tokens: int, checkpointing: bool, gpu: bool) -> str:
    """Run one training in a process of its own and return its row of the table."""
    words = ["--one", method, str(batch), str(tokens), str(int(checkpointing)), str(int(gpu))]
    command = [sys.executable, "-m", "benchmarks.advice", *words]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **EXACT}
    )
    how = f"{batch} × {tokens}{', checkpointing' if checkpointing else ''}"
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["no output"])[-1]
        return f"| {method} | {how} | | {why[:80]} | | | |"
    found = json.loads(done.stdout.strip().splitlines()[-1])
    said, was = found["estimate"], found["measured"]
    numbers = f"{said / 1e6:,.0f} MB | {was / 1e6:,.0f} MB | {said / was:.2f}"
    return f"| {method} | {how} | {numbers} | {found['said_s']:.3g} s | {found['took_s']:.3g} s |"


def one(method: str, batch: str, tokens: str, checkpointing: str, gpu: str) -> dict[str, float]:
    """Train once; return the estimate and what was measured, in bytes and seconds a step."""
    measure = on_gpu if int(gpu) else on_cpu
    return measure({"kind": method}, int(batch), int(tokens), bool(int(checkpointing)))


def estimated(
    config: Any, method: Any, batch: int, tokens: int, checkpointing: bool, device: Any
) -> Any:
    """Return the estimate for rows of one length, of which one step is an epoch."""
    from tunesmith.advice.counts import count
    from tunesmith.advice.lengths import Lengths
    from tunesmith.advice.plan import Ask, estimate
    from tunesmith.advice.shape import shape_of

    ask = Ask(task="chat", classes=2, batch=batch, accumulation=1, max_length=tokens, epochs=1)
    lengths = Lengths(rows=batch, mean_tokens=tokens, longest_tokens=tokens, counted=True)
    counts = count(config, "chat", 2, method)
    return estimate(ask, checkpointing, method, counts, shape_of(config), lengths, device)


def on_cpu(method: dict[str, Any], batch: int, tokens: int, _: bool) -> dict[str, float]:
    """Train the demo's base as a phase does; the memory is what the process grew by."""
    import psutil

    from tunesmith.advice.device import Device, measured_tflops
    from tunesmith.advice.shape import read_configuration
    from tunesmith.models.params import BaseParams
    from tunesmith.models.resolve import resolve
    from tunesmith.training.params import Phase
    from tunesmith.training.run import train

    base = BaseParams(model="data/demo-base")
    dials = {"from": "base", "with": "base", "task": "text", "method": method, "epochs": 1}
    dials |= {"per_device_batch_size": batch, "max_length": tokens, "learning_rate": 1e-4}
    dials |= {"evaluations_per_epoch": 1}
    phase = Phase.model_validate(dials)
    config = read_configuration(base)
    config._attn_implementation = "sdpa"
    device = Device(name="cpu", gpu=False, memory_bytes=1e12, tflops=measured_tflops())
    said = estimated(config, phase.method, batch, tokens, False, device)
    text = "The order is on its way. " * tokens
    rows = [
        {"id": str(i), "task": "text", "text": text, "source": str(i)} for i in range(4 * batch)
    ]
    with tempfile.TemporaryDirectory() as work:
        resolve(base).write(Path(work) / "base")
        small = phase.model_copy(update={"per_device_batch_size": 1, "max_length": 8})
        quiet(train, small, Path(work) / "base", rows[:2], rows[:1], Path(work) / "warm", 0)
        before = psutil.Process().memory_info().rss
        started = time.process_time()
        quiet(train, phase, Path(work) / "base", rows, rows[:1], Path(work) / "run", 0)
        took = (time.process_time() - started) / 4
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "estimate": said.peak_bytes,
        "measured": peak - before,
        "said_s": said.seconds_per_epoch,
        "took_s": took,
    }


def on_gpu(
    method: dict[str, Any], batch: int, tokens: int, checkpointing: bool
) -> dict[str, float]:
    """Make steps as the Trainer makes them: bf16 weights, autocast, fused AdamW, clipping."""
    import torch
    from transformers import LlamaConfig

    from tunesmith.advice.device import found
    from tunesmith.methods import read_method

    config = LlamaConfig(**LLAMA_1B)
    chosen = read_method(method)
    said = estimated(LlamaConfig(**LLAMA_1B), chosen, batch, tokens, checkpointing, found())
    model = gpu_model(config, chosen, checkpointing)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=1e-5, fused=True)
    ids = torch.randint(0, config.vocab_size, (batch, tokens), device="cuda")
    mask = torch.ones_like(ids)
    mask[0, -tokens // 4 :] = 0
    torch.cuda.reset_peak_memory_stats()
    for step in range(4):
        if step == 1:
            torch.cuda.synchronize()
            started = time.perf_counter()
        with torch.autocast("cuda", torch.bfloat16):
            loss = model(input_ids=ids, attention_mask=mask, labels=ids).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad()
    torch.cuda.synchronize()
    return {
        "estimate": said.peak_bytes,
        "measured": torch.cuda.max_memory_allocated(),
        "said_s": said.seconds_per_epoch,
        "took_s": (time.perf_counter() - started) / 3,
    }


def gpu_model(config: Any, method: Any, checkpointing: bool) -> Any:
    """Return a random model on the GPU with the method on it; for qlora a base in 4 bits."""
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("cuda"):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    options = method.load_options(torch.bfloat16)
    if options:
        with tempfile.TemporaryDirectory() as folder:
            model.save_pretrained(folder)
            del model
            torch.cuda.empty_cache()
            model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.bfloat16, **options)
    model.config.use_cache = False
    model = method.apply(model, "chat").to("cuda").train()
    if checkpointing:
        model.gradient_checkpointing_enable({"use_reentrant": False})
        model.enable_input_require_grads()
    return model


def quiet(function: Any, *arguments: Any) -> None:
    """Call a function whose lines are no part of the table."""
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()):
        function(*arguments)


if __name__ == "__main__":
    main()
