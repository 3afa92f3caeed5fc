"""Holds the estimates of `tunesmith advise` against measured peaks.

`python -m benchmarks.advice` trains the demo's base as the pipeline does, each method in a process
of its own, and compares with the growth of that process's memory. `python -m benchmarks.advice
--gpu` takes steps of a random Llama with the shape of Llama 3.2 1B by the trainer of a phase, in
packs where it makes packs, and compares with what torch says it allocated. Names of methods after
it leave out the others.
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
GPU_SETTINGS = [(16, 512, False), (8, 512, True)]  # rows of a step or pack
STEPS = 4


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
    from tunesmith.advice.plan import estimate
    from tunesmith.advice.shape import shape_of
    from tunesmith.advice.way import Ask

    rows = None if device.gpu else batch
    ask = Ask(task="chat", classes=2, batch=rows, accumulation=1, max_length=tokens, epochs=1)
    ask = ask.model_copy(update={"pack_tokens": batch * tokens})
    lengths = Lengths(rows=batch, mean_tokens=tokens, longest_tokens=tokens, counted=True)
    counts = count(config, "chat", 2, method, tokens)
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
    """Take steps of `batch` rows by the trainer of a phase in which only the method is said."""
    import torch

    from benchmarks.clock import Clock
    from benchmarks.random_llama import phase_trainer
    from tunesmith.advice.device import found
    from tunesmith.methods import read_method

    alike = [encoded(number, tokens) for number in range(batch * STEPS)]
    chosen = read_method(method)
    dials: dict[str, Any] = {"activation_checkpointing": checkpointing}
    dials |= {"pack_tokens": batch * tokens}
    if chosen.virtual_tokens:
        dials = {"activation_checkpointing": checkpointing, "per_device_batch_size": batch}
    with tempfile.TemporaryDirectory() as folder:
        trainer = phase_trainer("1B", folder, chosen.kind, data=alike, **dials)
        config = trainer.model.config
        said = estimated(config, chosen, batch, tokens, checkpointing, found())
        trainer.args.load_best_model_at_end = False
        trainer.args.save_strategy = trainer.args.eval_strategy = "no"
        torch.cuda.reset_peak_memory_stats()
        clock = Clock(warm=1)
        trainer.add_callback(clock)
        quiet(trainer.train)
    return {
        "estimate": said.peak_bytes,
        "measured": torch.cuda.max_memory_allocated(),
        "said_s": said.seconds_per_epoch,
        "took_s": clock.seconds / (STEPS - 1),
    }


def encoded(number: int, tokens: int) -> dict[str, list[int]]:
    """Return a row of random tokens, of which all are trained."""
    import numpy as np

    ids = np.random.default_rng(number).integers(10, 128_000, tokens).tolist()
    return {"input_ids": ids, "labels": ids}


def quiet(function: Any, *arguments: Any) -> None:
    """Call a function whose lines are no part of the table."""
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()):
        function(*arguments)


if __name__ == "__main__":
    main()
