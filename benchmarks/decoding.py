"""Prints what a token of a batch takes on a GPU, launched by the host and replayed from a graph.

`python -m benchmarks.decoding [--shape 1B] [--rows 1 64] [--columns 320]`: a Llama of random
weights in bf16, under autocast as in reinforcement: without an adapter, with LoRA of rank 16 (whose
float32 weights are cast for each token, or copied once, as `tunesmith.decoding` does), and with
LoRA merged into the weights. `own` attention lets query heads share keys.
"""

import argparse
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Any

PROMPT = 64  # tokens before the one that is timed
KINDS = ("none", "cast", "copied", "merged")
HEADS = (
    "adapter",
    "attention",
    "rows",
    "columns",
    "launched ms",
    "host ms",
    "replayed ms",
    "kernels",
)


def tuned(shape: str, kind: str) -> Any:
    """Return a model with LoRA that is not zero, or without an adapter."""
    import torch

    from benchmarks.random_llama import model
    from tunesmith.methods.lora import Lora
    from tunesmith.training.precision import lift

    base = model(shape).eval()
    if kind == "none":
        return base
    made = Lora(r=16, alpha=32).apply(base, "chat")
    lift(made)
    for name, weight in made.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, 0.0, 0.02)
    if kind == "merged":
        made.merge_adapter()
    return made.eval()


def timed(call: Callable[[], Any], times: int) -> tuple[float, float]:
    """Return ms of a call until the GPU has done it, and until the host has asked for it."""
    import torch

    call()
    torch.cuda.synchronize()
    started = time.perf_counter()
    for _ in range(times):
        call()
    asked = time.perf_counter() - started
    torch.cuda.synchronize()
    return 1000 * (time.perf_counter() - started) / times, 1000 * asked / times


def kernels(call: Callable[[], Any]) -> int:
    """Return how many kernels a call runs."""
    import torch
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CUDA]) as seen:
        call()
        torch.cuda.synchronize()
    return sum(one.count for one in seen.key_averages() if one.device_time_total > 0)


def line(net: Any, kind: str, own: bool, rows: int, columns: int) -> list[str]:
    """Return a line of the table."""
    import torch

    from tunesmith.decoding.attention import sharing_keys
    from tunesmith.decoding.fits import transformer_of
    from tunesmith.decoding.halves import Halves
    from tunesmith.decoding.step import Step

    causal = transformer_of(net)
    ids = torch.randint(10, 500, (rows, PROMPT), device=net.device)
    token = torch.full((rows,), 17, device=net.device)
    attention: AbstractContextManager[Any] = sharing_keys(causal) if own else nullcontext()
    with ExitStack() as within:
        within.enter_context(torch.inference_mode())
        within.enter_context(torch.autocast(net.device.type, torch.bfloat16))
        within.enter_context(attention)
        if kind == "copied":
            within.enter_context(Halves(causal).worn())
        launched, replayed = (Step(causal, rows, captures) for captures in (False, True))
        for step in (launched, replayed):
            step.read(ids, torch.ones_like(ids), columns)
            step.next(token)
        whole, host = timed(lambda: launched.next(token), 10)
        graph, _ = timed(lambda: replayed.next(token), 50)
        count = kernels(lambda: replayed.next(token))
    ways = "own" if own else "plain"
    numbers = f"{whole:.1f}", f"{host:.1f}", f"{graph:.2f}", f"{count:,}"
    return [kind, ways, str(rows), str(columns), *numbers]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", default="1B")
    parser.add_argument("--rows", type=int, nargs="*", default=[1, 64])
    parser.add_argument("--columns", type=int, nargs="*", default=[320])
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=KINDS)
    chosen = parser.parse_args()
    import torch
    import transformers

    from benchmarks.online.step import device

    print(f"{device()}, torch {torch.__version__}, transformers {transformers.__version__}")
    print(f"| {' | '.join(HEADS)} |\n|---|---|{'--:|' * 6}")
    for kind in chosen.kinds:
        net = tuned(chosen.shape, kind)
        for columns in chosen.columns:
            for rows in chosen.rows:
                for own in (True, False):
                    print(f"| {' | '.join(line(net, kind, own, rows, columns))} |", flush=True)
        del net


if __name__ == "__main__":
    main()
