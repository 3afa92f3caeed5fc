"""The Trainer of one of several processes: the same rows a step as one process would take."""

from collections.abc import Iterator
from typing import Any

from transformers import Trainer

from tunesmith.errors import UserError
from tunesmith.training.devices.group import Group
from tunesmith.training.devices.sharded import Sharded


def trainer_kind(group: Group, kind: type[Trainer] = Trainer) -> type[Trainer]:
    """Return the Trainer that a process of this group needs.

    Args:
        group: of this process.
        kind: of the Trainer that one process would use.
    """
    if group.size == 1:
        return kind
    mixins = (Sharded, Spread) if group.sharded else (Spread,)
    return type(f"{kind.__name__}OfSeveral", (*mixins, kind), {"group": group})


class Spread:
    """What a Trainer does differently in one of several processes."""

    group: Group
    _looked = False

    def _get_train_sampler(self: Any, *args: Any) -> Any:
        """Return the sampler of one process; its rows are dealt to the processes in turn."""
        sampler = super()._get_train_sampler(*args)  # type: ignore[misc]
        if hasattr(sampler, "batch_size"):  # rows that are grouped by length: those of a step
            sampler.batch_size *= self.group.size
        return None if sampler is None else SameOrder(sampler)

    def training_step(self: Any, model: Any, *args: Any, **more: Any) -> Any:
        """Look once at what the model became, then train as ever."""
        if not self._looked:
            refuse_other_training(self.group, model, self.args)
            self._looked = True
        return super().training_step(model, *args, **more)  # type: ignore[misc]


class SameOrder:
    """A sampler whose order is that of the first process, whatever the others have drawn."""

    def __init__(self, sampler: Any) -> None:
        self.sampler = sampler

    def __len__(self) -> int:
        """Return the rows of an epoch."""
        return len(self.sampler)

    def __iter__(self) -> Iterator[int]:
        """Draw an order in every process, so that all draw alike, and take the first one's."""
        import torch.distributed as dist

        order = [list(self.sampler)]
        dist.broadcast_object_list(order, src=0)
        return iter(order[0])


def refuse_other_training(group: Group, model: Any, arguments: Any) -> None:
    """Refuse to train when the libraries made something else of it than was asked.

    Args:
        group: of this process.
        model: as the Trainer wrapped it.
        arguments: transformers' TrainingArguments.

    Raises:
        UserError: says what was asked and what it has become.
    """
    from torch.distributed.tensor import DTensor
    from torch.nn.parallel import DistributedDataParallel

    if arguments.world_size != group.size:
        raise UserError(
            f"{group.size} processes were asked for, and the Trainer sees {arguments.world_size}; "
            "start the stage with torchrun, or let hardware.processes start them"
        )
    is_ddp = isinstance(model, DistributedDataParallel)
    whole = sum(not isinstance(weight, DTensor) for weight in model.parameters())
    if group.sharded and (is_ddp or whole):
        raise UserError(
            f"hardware.strategy: fsdp2 is asked for, and the model is a {type(model).__name__} with "
            f"{whole} weights that are whole in every process; take ddp"
        )
    if not group.sharded and not is_ddp:
        raise UserError(
            f"hardware.strategy: ddp is asked for, and the model is a {type(model).__name__}, whose "
            "processes would train apart"
        )
