"""Prints what a token of a batch takes on a GPU, and what of it the host, by adapter and rows.

`python -m benchmarks.decoding [--shape 1B] [--rows 1 8 64] [--columns 320]`: a Llama of random
weights in bf16, under autocast as in reinforcement. `standing` is a forward pass of one token over
a cache at fixed addresses; `graph` is the same pass captured and replayed.
"""

import argparse
import time
import traceback
from contextlib import nullcontext
from typing import Any

PROMPT = 64


def tuned(shape: str, kind: str) -> Any:
    """Return a model with an adapter that is not zero."""
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
    made.eval()
    if kind == "merged":
        made.merge_adapter()
    if kind in ("cast", "fused", "rms"):
        for name, weight in made.named_parameters():
            if "lora_" in name:
                weight.data = weight.data.bfloat16()
    if kind in ("fused", "rms"):
        fuse(made)
    if kind == "rms":
        for part in made.modules():
            if type(part).__name__.endswith("RMSNorm"):
                part.forward = lambda x, part=part: torch.nn.functional.rms_norm(
                    x, x.shape[-1:], part.weight, part.variance_epsilon
                )
    return made


def fuse(model: Any) -> None:
    """Let LoRA add its product to that of its layer."""
    import torch
    from peft.tuners.lora import Linear

    def forward(self: Any, x: Any, *_: Any, **__: Any) -> Any:
        found = self.base_layer(x)
        low = torch.nn.functional.linear(x, self.lora_A["default"].weight)
        flat = found.reshape(-1, found.shape[-1])
        low = low.reshape(-1, low.shape[-1])
        out = torch.addmm(flat, low, self.lora_B["default"].weight.T, alpha=self.scaling["default"])
        return out.reshape(found.shape)

    for part in model.modules():
        if isinstance(part, Linear):
            part.forward = forward.__get__(part)


def timed(call: Any, times: int = 50) -> tuple[float, float]:
    """Return ms of a call until it is done, and of asking for it."""
    import torch

    call()
    torch.cuda.synchronize()
    started = time.perf_counter()
    for _ in range(times):
        call()
    asked = time.perf_counter() - started
    torch.cuda.synchronize()
    return 1000 * (time.perf_counter() - started) / times, 1000 * asked / times


def measure(net: Any, rows: int, columns: int, shares: bool, profile: bool, name: str) -> None:
    """Print a line."""
    import torch

    import tunesmith.decoding.step as module
    from tunesmith.decoding.attention import sharing_keys
    from tunesmith.decoding.fits import transformer_of
    from tunesmith.decoding.step import Step

    module.BLOCK = columns
    causal = transformer_of(net)
    ids = torch.randint(10, 500, (rows, PROMPT), device=net.device)
    mask = torch.ones_like(ids)
    mask[0, :20] = 0
    way = sharing_keys(causal) if shares else nullcontext()
    if True:
        with torch.inference_mode(), torch.autocast("cuda", torch.bfloat16), way:
            step = Step(causal, rows, True)
            step.read(ids, mask, columns)
            token = torch.full((rows,), 17, device=net.device)
            step.next(token)
            step2 = Step(causal, rows, False)
            step2.read(ids, mask, columns)
            step2.next(token)
            torch.cuda.synchronize()
            began = time.perf_counter()
            got = step.next(token).clone()
            torch.cuda.synchronize()
            captured = time.perf_counter() - began
            same = step2.next(token)
            far = float((got.float() - same.float()).abs().max())
            whole, asked = timed(step._graph.replay)
            plain, plain_asked = timed(step2._forward, 5)
            print(
                f"| {name} | {rows} | {columns} | {'shared' if shares else 'sdpa'} "
                f"| {whole:.2f} | {asked:.2f} | {plain:.2f} | {plain_asked:.2f} "
                f"| {1000 * captured:.0f} | {far:.3g} of {float(same.abs().max()):.3g} |",
                flush=True,
            )
            if profile:
                show(step)


def show(step: Any) -> None:
    """Print the kernels of a replayed token."""
    import torch
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CUDA]) as seen:
        for _ in range(5):
            step._graph.replay()
        torch.cuda.synchronize()
    events = [e for e in seen.key_averages() if e.device_time_total > 0]
    events.sort(key=lambda e: -e.device_time_total)
    print(
        f"kernels a token: {sum(e.count for e in events) / 5:.0f}, "
        f"{sum(e.device_time_total for e in events) / 5000:.2f} ms in them"
    )
    for e in events[:24]:
        print(f"  {e.device_time_total / 5000:.3f} ms {e.count / 5:.0f} x {e.key[:110]}")


def whole(net: Any, rows: int, tokens: int, name: str) -> None:
    """Print what answers take by the whole loop, and how much of it the GPU is at work."""
    import torch
    from torch.profiler import ProfilerActivity, profile

    from benchmarks.generate import Endless
    from tunesmith.decoding.way import plainly
    from tunesmith.online.sampling import processors
    from tunesmith.prediction.generate import generate

    prompts = torch.randint(10, 500, (rows, PROMPT)).tolist()
    for sampled in (True, False):
        for way in ("plain", "graphs"):

            def ask(many: int, sampled: bool = sampled) -> None:
                extra = processors(range(rows), 1.0, torch.device("cuda")) if sampled else None
                generate(net, Endless(), prompts, rows, many, extra)
                torch.cuda.synchronize()

            with (
                torch.autocast("cuda", torch.bfloat16),
                plainly() if way == "plain" else nullcontext(),
            ):
                ask(4)
                began = time.perf_counter()
                ask(tokens)
                took = time.perf_counter() - began
                began = time.perf_counter()
                with profile(activities=[ProfilerActivity.CUDA]) as seen:
                    ask(tokens // 4)
                profiled = time.perf_counter() - began
            busy = sum(e.device_time_total for e in seen.key_averages()) / 1e6
            print(
                f"{name}, {rows} rows, {tokens} tokens, sampled {sampled}, {way}: {took:.3f} s, "
                f"{1000 * took / tokens:.2f} ms a token; of a quarter's {profiled:.3f} s the GPU "
                f"works {busy:.3f} s",
                flush=True,
            )


def noise(rows: int) -> None:
    """Print what drawing takes."""
    import torch

    from tunesmith.online.sampling import processors

    logits = torch.randn(rows, 128_256, device="cuda")
    with torch.inference_mode():
        one = processors(list(range(rows)), 1.0, torch.device("cuda"))(list(range(rows)))[0]
        whole, asked = timed(lambda: one(logits, logits).argmax(-1))
        greedy, greedy_asked = timed(lambda: logits.argmax(-1))
    print(
        f"drawing {rows} tokens: {whole:.2f} ms, asking {asked:.2f}; "
        f"greedy {greedy:.2f}, {greedy_asked:.2f}"
    )


def main() -> None:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", default="1B")
    parser.add_argument("--rows", type=int, nargs="*", default=[1, 8, 64, 128])
    parser.add_argument("--columns", type=int, nargs="*", default=[320, 1024])
    parser.add_argument(
        "--kinds", nargs="*", default=["lora", "none", "cast", "fused", "rms", "merged"]
    )
    chosen = parser.parse_args()
    import torch
    import transformers

    print(torch.__version__, transformers.__version__, torch.cuda.get_device_name())
    for rows in (1, 64):
        noise(rows)
    print(
        "| adapter | rows | columns | attention | graph ms | asked | standing ms | asked "
        "| capture ms | apart |"
    )
    for kind in chosen.kinds:
        net = tuned(chosen.shape, kind)
        for rows in chosen.rows:
            for columns in chosen.columns:
                for shares in (True, False):
                    try:
                        profile = rows == 64 and columns == chosen.columns[0]
                        measure(net, rows, columns, shares, profile, kind)
                    except Exception:
                        traceback.print_exc()
        for rows in (1, 64) if kind == "lora" else ():
            try:
                whole(net, rows, 128, kind)
            except Exception:
                traceback.print_exc()
        del net
        torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
