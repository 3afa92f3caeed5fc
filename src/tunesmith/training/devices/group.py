"""The processes of one training: who they are, that they are what was asked, and their end."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tunesmith.errors import UserError

if TYPE_CHECKING:
    from tunesmith.hardware import Hardware

PATIENCE = timedelta(minutes=30)  # one process may encode or save while the others wait
LOST = "cannot reach another one"
LOSSES = (
    "closed by peer",
    "reset by peer",
    "Broken pipe",
    "Connection refused",
    "NCCL",
    "timed out",
)


@dataclass(frozen=True)
class Group:
    """One of `size` processes that train together."""

    rank: int = 0  # among all
    size: int = 1  # on all hosts
    local_rank: int = 0  # on this host
    local_size: int = 1
    strategy: str = "ddp"

    @property
    def first(self) -> bool:
        """True for the one process that writes, prints and reports."""
        return self.rank == 0

    @property
    def sharded(self) -> bool:
        """True when each process holds a part of the model."""
        return self.strategy == "fsdp2" and self.size > 1


ALONE = Group()


def is_worker(environment: Mapping[str, str]) -> bool:
    """True for a process that a launcher started, ours or PyTorch's."""
    return "RANK" in environment and "WORLD_SIZE" in environment


def group_of(hardware: "Hardware", environment: Mapping[str, str]) -> Group:
    """Return this process's place among those that a launcher started.

    Raises:
        UserError: the launcher started something else than was asked.
    """
    if not is_worker(environment):
        _refuse_lost_launch(environment)
        if hardware.strategy == "fsdp2":
            raise UserError(_NO_SHARDS)
        return ALONE
    rank, size = int(environment["RANK"]), int(environment["WORLD_SIZE"])
    local_rank = int(environment.get("LOCAL_RANK", rank))
    local_size = int(environment.get("LOCAL_WORLD_SIZE", size))
    _refuse_other_count("processes", hardware.processes, local_size)
    _refuse_other_count("hosts", hardware.hosts, size // local_size)
    if hardware.strategy == "fsdp2" and size == 1:
        raise UserError(_NO_SHARDS)
    return Group(rank, size, local_rank, local_size, hardware.strategy)


_NO_SHARDS = (
    "params.yaml: hardware.strategy: fsdp2 shards over processes, and there is one; set "
    "hardware.processes, or take ddp"
)


def _refuse_lost_launch(environment: Mapping[str, str]) -> None:
    """Refuse `accelerate launch --cpu`, which starts one process whatever number it is given."""
    if "ACCELERATE_MIXED_PRECISION" in environment or "ACCELERATE_USE_CPU" in environment:
        raise UserError(
            "accelerate launch started one process and says nothing of others; set "
            "params.yaml's hardware.processes, or start the stage with torchrun"
        )


def _refuse_other_count(dial: str, asked: int | str | None, found: int) -> None:
    """Refuse a launcher that started another number than params.yaml asks for."""
    if isinstance(asked, int) and asked != found:
        raise UserError(
            f"params.yaml: hardware.{dial}: {asked} are asked for, the launcher started {found}; "
            "give both the same number"
        )


@contextmanager
def joined(hardware: "Hardware") -> Iterator[Group]:
    """Yield this process's place in its group, connected to the others; leave it at the end.

    A process that fails does not take its leave: the others wait for it in the middle of a step,
    and so it would wait for them.

    Raises:
        UserError: the group is not what was asked, or the connection to another process is lost.
    """
    group = group_of(hardware, os.environ)
    if not is_worker(os.environ):
        yield group
        return
    import torch.distributed as dist

    try:
        _connect(group)
        yield group
    except (RuntimeError, dist.DistError) as error:
        if not any(words in str(error) for words in LOSSES):
            raise
        raise UserError(_lost(group, error)) from None
    if dist.is_initialized():
        dist.destroy_process_group()


def _connect(group: Group) -> None:
    """Join the group, with the backend that the devices have, and look whether it is the one."""
    import torch
    import torch.distributed as dist

    backend = "nccl" if torch.cuda.is_available() else "gloo"
    options: dict[str, Any] = {}
    if backend == "nccl":
        refuse_few_gpus(group.local_size, torch.cuda.device_count())
        torch.cuda.set_device(group.local_rank)
        options["device_id"] = torch.device("cuda", group.local_rank)
    if not dist.is_initialized():
        dist.init_process_group(backend, timeout=PATIENCE, **options)
    refuse_other_group(group, backend, dist.get_backend(), dist.get_world_size())


def refuse_few_gpus(processes: int, gpus: int) -> None:
    """Refuse more processes than GPUs; two on one GPU would wait for each other for ever."""
    if processes > gpus:
        raise UserError(
            f"params.yaml: hardware.processes: {processes} processes need as many GPUs, this "
            f"host shows {gpus}; lower it, or look at CUDA_VISIBLE_DEVICES"
        )


def refuse_other_group(group: Group, asked: str, backend: str, size: int) -> None:
    """Refuse a group of another size, or one that talks over another backend."""
    if backend != asked:
        raise UserError(
            f"the processes talk over {backend}, and these devices need {asked}; leave the "
            "backend to this stage"
        )
    if size != group.size:
        raise UserError(f"{group.size} processes were started, {size} found each other")


def wait_for_all(group: Group) -> None:
    """Return when every process has come here."""
    if group.size > 1:
        import torch.distributed as dist

        dist.barrier()


@contextmanager
def host_first(group: Group) -> Iterator[None]:
    """Let one process of each host run a block, then the others, who find what it left on disk."""
    if group.local_rank:
        wait_for_all(group)
    yield
    if not group.local_rank:
        wait_for_all(group)


def gathered(group: Group, one: Any) -> list[Any]:
    """Return what each process gives, in the order of ranks; each of them has to call this."""
    if group.size == 1:
        return [one]
    import torch.distributed as dist

    found: list[Any] = [None] * group.size
    dist.all_gather_object(found, one)
    return found


def refuse_differences(group: Group, facts: Mapping[str, Any]) -> None:
    """Refuse processes that would train on something else than the first.

    Args:
        group: of this process.
        facts: what has to be the same everywhere, by its name for people.

    Raises:
        UserError: in every process, naming what differs and where.
    """
    found = gathered(group, {name: repr(value) for name, value in facts.items()})
    for rank, other in enumerate(found):
        wrong = [name for name in facts if other[name] != found[0][name]]
        if wrong:
            raise UserError(
                f"process {rank} of {group.size} has another {wrong[0]} than the first; give "
                "every host the same files (dvc pull) and the same params.yaml"
            )


def _lost(group: Group, error: Exception) -> str:
    """Say that another process ended or never came."""
    return (
        f"process {group.rank} of {group.size} {LOST}, which has ended or never "
        f"came; look at the output of the other hosts, and at MASTER_ADDR and MASTER_PORT "
        f"({str(error).partition(chr(10))[0][:120]})"
    )
