"""The elementwise parts of a layer: Triton kernels on a GPU, plain PyTorch elsewhere."""

from types import ModuleType

from torch import Tensor

from tunesmith.fast import reference


def ops(tensor: Tensor) -> ModuleType:
    """Return the module whose functions suit the tensor's device."""
    if tensor.is_cuda:
        from tunesmith.fast import kernels

        return kernels
    return reference
