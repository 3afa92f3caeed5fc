"""What is there to train on: found on this machine, or said by the person who asks."""

import re
import time

from tunesmith.component import Component
from tunesmith.errors import UserError

# Peak of dense bf16 products, TFLOP/s, as the vendors' data sheets say; the first that fits counts.
PEAKS = {
    "H200": 989,
    "H100": 989,
    "H800": 989,
    "A100": 312,
    "A800": 312,
    "L40S": 362,
    "L40": 181,
    "L4": 121,
    "A10G": 70,
    "A10": 125,
    "RTX A6000": 155,
    "RTX 5090": 210,
    "RTX 4090": 165,
    "RTX 4080": 97,
    "RTX 3090": 71,
    "V100": 112,
    "T4": 65,
}
UNITS = {"": 1, "B": 1, "MB": 1e6, "GB": 1e9, "TB": 1e12, "MIB": 2**20, "GIB": 2**30}
CONTEXT = 1.0e9  # bytes that a GPU's driver and libraries, or Python's, take beside the training
SLACK = {True: 1.10, False: 1.60}  # GPU or not: memory has holes, that of glibc large ones


class Device(Component):
    """One GPU, or the CPU."""

    name: str
    gpu: bool
    memory_bytes: float
    tflops: float  # peak, of bf16 products on a GPU, of fp32 on a CPU


def found() -> Device:
    """Return this machine's first GPU, or its CPU."""
    import torch

    if not torch.cuda.is_available():
        import psutil

        memory = float(psutil.virtual_memory().available)
        return Device(name="cpu", gpu=False, memory_bytes=memory, tflops=measured_tflops())
    card = torch.cuda.get_device_properties(0)
    peak = next((value for name, value in PEAKS.items() if name in card.name), None)
    return Device(
        name=card.name,
        gpu=True,
        memory_bytes=float(card.total_memory),
        tflops=float(peak or measured_tflops("cuda")),
    )


def given(memory: str, tflops: float | None) -> Device:
    """Return a GPU that is not here, from its memory ("24GB") and its peak."""
    return Device(
        name="a GPU", gpu=True, memory_bytes=parse_bytes(memory), tflops=tflops or PEAKS["RTX 3090"]
    )


def parse_bytes(text: str) -> float:
    """Return the bytes that "24GB", "80 GiB" or a bare number means.

    Raises:
        UserError: it is no size.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", text, re.IGNORECASE)
    if match is None or match[2].upper() not in UNITS or not float(match[1]):
        raise UserError(f"--gpu-memory {text}: write a size such as 24GB")
    return float(match[1]) * UNITS[match[2].upper()]


def fits(device: Device, estimate: float) -> bool:
    """True when a training of so many bytes has room beside what else is taken."""
    return estimate * SLACK[device.gpu] + CONTEXT <= device.memory_bytes


def measured_tflops(place: str = "cpu", size: int = 1024) -> float:
    """Return what one product of matrices reaches here, TFLOP/s."""
    import torch

    kind = torch.bfloat16 if place == "cuda" else torch.float32
    a = torch.ones(size, size, device=place, dtype=kind)
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        float((a @ a)[0, 0])
        best = min(best, time.perf_counter() - started)
    return float(2 * size**3 / best / 1e12)
