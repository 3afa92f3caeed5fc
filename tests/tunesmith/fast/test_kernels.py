"""The Triton kernels compute what the reference does, on a GPU."""

from typing import Any

import pytest
import torch

from tunesmith.fast import reference

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]
ROWS = 37


@pytest.fixture
def kernels() -> Any:
    from tunesmith.fast import kernels as module

    return module


@pytest.fixture(params=[torch.float32, torch.bfloat16], ids=str)
def drawn(request: pytest.FixtureRequest) -> Any:
    """Return a function that draws a tensor of one dtype."""
    generator = torch.Generator("cuda").manual_seed(0)

    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, device="cuda", generator=generator).to(request.param)

    return draw


def close(found: Any, wanted: Any) -> None:
    loose = found.dtype == torch.bfloat16
    torch.testing.assert_close(
        found, wanted, rtol=2e-2 if loose else 1e-4, atol=2e-2 if loose else 1e-5
    )


@pytest.mark.parametrize("size", [96, 2048, 4096])
def test_rms_norm(kernels: Any, drawn: Any, size: int) -> None:
    x, weight, rest = drawn(ROWS, size), drawn(size), drawn(ROWS, size)
    dy = drawn(ROWS, size + 16)[:, :size]
    wide, plain = drawn(ROWS, size + 16), torch.empty_like(x)
    rstd = kernels.rms_norm(x, weight, 1e-5, wide[:, :size])
    torch.testing.assert_close(rstd, reference.rms_norm(x, weight, 1e-5, plain))
    close(wide[:, :size], plain)
    close(
        kernels.rms_norm_backward(dy, x, weight, rstd, rest),
        reference.rms_norm_backward(dy, x, weight, rstd, rest),
    )
    close(
        kernels.rms_norm_backward(dy, x, weight, rstd),
        reference.rms_norm_backward(dy, x, weight, rstd),
    )


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("size", [64, 128])
def test_rope(kernels: Any, drawn: Any, size: int, backward: bool) -> None:
    x, angles = drawn(ROWS, 7 * size), drawn(ROWS, size // 2).repeat(1, 2)
    other, cos, sin = x.clone(), angles.cos(), angles.sin()
    kernels.rope_(x, cos, sin, 5, backward)
    reference.rope_(other, cos, sin, 5, backward)
    close(x, other)


@pytest.mark.parametrize("size", [48, 5000])
def test_swiglu(kernels: Any, drawn: Any, size: int) -> None:
    gate_up, dy = drawn(ROWS, 2 * size), drawn(ROWS, size + 8)[:, :size]
    wide, plain = drawn(ROWS, size + 8), drawn(ROWS, size)
    kernels.swiglu(gate_up, wide[:, :size])
    reference.swiglu(gate_up, plain)
    close(wide[:, :size], plain)
    for found, wanted in zip(
        kernels.swiglu_backward(dy, gate_up), reference.swiglu_backward(dy, gate_up), strict=True
    ):
        close(found, wanted)


@pytest.mark.parametrize("classes", [96, 32_001, 128_256])
def test_cross_entropy(kernels: Any, drawn: Any, classes: int) -> None:
    logits = drawn(ROWS, classes) * 3
    labels = torch.randint(0, classes, (ROWS,), device="cuda")
    other = logits.clone()
    close(kernels.cross_entropy_(logits, labels), reference.cross_entropy_(other, labels))
    close(logits, other)
