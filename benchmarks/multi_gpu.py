"""Prints what several GPUs make of one training: DDP and FSDP2 beside one process.

`python -m benchmarks.multi_gpu [--shape 1B] [--methods lora full] [--ways one ddp fsdp2]` trains a
Llama of random weights as a phase does, the same tokens a step in every row of the table: one
process accumulates what several take at once. The losses say whether they trained the same.
`--shape tiny` tries it on two processes of a CPU.
"""

import argparse
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.apart import measured_apart, tell
from benchmarks.random_llama import SHAPES, phase_trainer, rows

WARM = 4  # steps before the clock starts
WAYS = ["one", "ddp", "fsdp2"]


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    tokens_per_second: float  # of all processes
    peaks_gb: list[float]  # of each
    losses: list[float]  # of each step
    first_norm: float  # of the first step's gradients


def main() -> None:
    """Measure each row in processes of its own and print the table."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=SHAPES, default="1B")
    parser.add_argument("--methods", nargs="+", default=["lora", "full"])
    parser.add_argument("--ways", nargs="+", default=WAYS, choices=WAYS)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--pack-tokens", type=int, default=8192, help="of a process, at most")
    parser.add_argument("--one", nargs=2, metavar=("WAY", "METHOD"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    several = torch.cuda.device_count() if torch.cuda.is_available() else 2
    if given.one:
        measure(*given.one, given, several)
        return
    words = ["--shape", given.shape, "--steps", str(given.steps)]
    words += ["--pack-tokens", str(given.pack_tokens)]
    print(
        "| method | way | processes | tokens/s | in that of one | GB of each "
        "| loss, first step | last | off by, at most | first norm |\n"
        "|---|---|--:|--:|--:|---|--:|--:|--:|--:|"
    )
    for method in given.methods:
        beside: Row | None = None
        for way in given.ways:
            count = 1 if way == "one" else several
            found, end = measured_apart(
                "benchmarks.multi_gpu", *words, "--one", way, method, processes=count
            )
            if found is None:
                print(f"| {method} | {way} | {count} | failed: {end} | | | | | | |", flush=True)
                continue
            row = Row(**found)
            beside = beside or row
            print(f"| {method} | {way} | {count} | {numbers(row, beside)} |", flush=True)


def numbers(row: Row, beside: Row) -> str:
    """Return the figures of a row, compared with the first one of its method."""
    pairs = zip(row.losses, beside.losses, strict=True)
    apart = max(abs(one - other) for one, other in pairs)
    times = row.tokens_per_second / beside.tokens_per_second
    peaks = ", ".join(f"{peak:.1f}" for peak in row.peaks_gb)
    return (
        f"{row.tokens_per_second:,.0f} | {times:.2f} | {peaks} | {row.losses[0]:.4f} "
        f"| {row.losses[-1]:.4f} | {apart:.1e} | {row.first_norm:.4f}"
    )


def measure(way: str, method: str, given: Any, several: int) -> None:
    """Train in one of the processes; the first tells what came out."""
    from tunesmith.hardware import Hardware
    from tunesmith.training.devices.group import joined

    with joined(Hardware(strategy="fsdp2" if way == "fsdp2" else "ddp")) as group:
        row = train(group, method, given, several)
        if group.first:
            tell(row)


def train(group: Any, method: str, given: Any, several: int) -> Row:
    """Take steps by the trainer of a phase that accumulates as often as there are devices."""
    import torch

    from benchmarks.clock import Clock, tokens_a_step
    from tunesmith.training.devices.group import gathered

    gpu, last = torch.cuda.is_available(), WARM + given.steps
    dials = {
        "packing": True,
        "gradient_accumulation_steps": several,
        "pack_tokens": given.pack_tokens,
        "warmup_ratio": 0.0,
    }
    data = rows(600, 512) if given.shape == "tiny" else rows()
    clock = Clock(WARM, last)
    with TemporaryDirectory() as folder:
        trainer = phase_trainer(given.shape, folder, method, data, group, **dials)
        trainer.args.logging_steps = 1
        per_step = tokens_a_step(trainer, clock)
        history = [entry for entry in trainer.state.log_history if "loss" in entry]
    peak = torch.cuda.max_memory_allocated() / 1e9 if gpu else 0.0
    return Row(
        tokens_per_second=sum(gathered(group, per_step)) * given.steps / clock.seconds,
        peaks_gb=gathered(group, peak),
        losses=[entry["loss"] for entry in history],
        first_norm=history[0]["grad_norm"],
    )


if __name__ == "__main__":
    main()
