"""FSDP2 by PyTorch itself: every weight lies in parts over the processes, gathered when needed.

The Trainer and Accelerate make DDP of it on a CPU and say nothing, so neither is asked. Source:
https://docs.pytorch.org/docs/stable/distributed.fsdp.fully_shard.html.
"""

from typing import Any

from tunesmith.errors import UserError


def shard(model: Any, processes: int) -> Any:
    """Lay the weights of a model in parts over the processes; it may lie on the CPU before.

    One layer at a time is moved to the device and cut, so that no device ever holds the whole.

    Args:
        model: with the phase's method on it, the same in every process.
        processes: on all hosts.

    Raises:
        UserError: the model has weights that cannot be cut.
    """
    import torch
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    _refuse_quantised(model)
    mesh = init_device_mesh("cuda" if torch.cuda.is_available() else "cpu", (processes,))
    for layer in layers(model):
        fully_shard(layer, mesh=mesh)
    return fully_shard(model, mesh=mesh)


def layers(model: Any) -> list[Any]:
    """Return the layers that are gathered one at a time: those that transformers never splits."""
    names: set[str] = set()
    for part in model.modules():
        names.update(getattr(part, "_no_split_modules", None) or ())
    return [part for part in model.modules() if type(part).__name__ in names]


def _refuse_quantised(model: Any) -> None:
    """Refuse weights that are packed; a part of them means nothing."""
    packed = [name for name, weight in model.named_parameters() if not weight.is_floating_point()]
    if packed:
        raise UserError(
            f"hardware.strategy: fsdp2 does not cut quantised weights ({packed[0]}); take ddp, "
            "or another method than qlora"
        )


def trained_weights(model: Any) -> dict[str, Any]:
    """Return what is trained, whole and on the CPU, in the first process; nothing in the others.

    Every process has to call this. One weight at a time is whole on a device.
    """
    import torch.distributed as dist

    whole: dict[str, Any] = {}
    for name, weight in _trainable(model):
        full = weight.detach().full_tensor()
        if dist.get_rank() == 0:
            whole[name] = full.cpu()
    return whole


def set_trained_weights(model: Any, whole: dict[str, Any]) -> None:
    """Cut what the first process gives, as `trained_weights` returns it, into the model's parts.

    Every process has to call this; of the others `whole` is not looked at.
    """
    import torch
    import torch.distributed as dist
    from torch.distributed.tensor import distribute_tensor

    for name, weight in _trainable(model):
        local = weight.to_local()
        full = torch.empty(weight.shape, dtype=weight.dtype, device=local.device)
        if dist.get_rank() == 0:
            full.copy_(whole[name])
        with torch.no_grad():
            weight.copy_(distribute_tensor(full, weight.device_mesh, weight.placements))


def _trainable(model: Any) -> list[tuple[str, Any]]:
    """Return the trained weights in parts, also right after a forward pass that gathered them."""
    from torch.distributed.fsdp import FSDPModule

    for part in model.modules():
        if isinstance(part, FSDPModule):
            part.reshard()
    return [(name, weight) for name, weight in model.named_parameters() if weight.requires_grad]
