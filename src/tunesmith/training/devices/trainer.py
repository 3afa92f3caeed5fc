"""The Trainer of one of several processes: the same rows a step as one process would take."""

from math import isclose
from typing import Any

from transformers import Trainer

from tunesmith.errors import UserError
from tunesmith.training.devices.averaged import Averaged
from tunesmith.training.devices.deal import Order, WithBlanks
from tunesmith.training.devices.group import Group
from tunesmith.training.devices.sharded import Sharded


def trainer_kind(
    group: Group, kind: type[Trainer] = Trainer, past_forward: bool = False
) -> type[Trainer]:
    """Return the Trainer that a process of this group needs.

    Args:
        group: of this process.
        kind: of the Trainer that one process would use.
        past_forward: it computes the loss without the model's forward pass.
    """
    if group.size == 1:
        return kind
    mixins: tuple[type, ...] = (Sharded, Spread) if group.sharded else (Spread,)
    if past_forward:  # behind Spread, which looks at the gradients that are shared
        mixins = (*mixins, Averaged)
    own = {"group": group, "past_forward": past_forward}
    return type(f"{kind.__name__}OfSeveral", (*mixins, kind), own)


class Spread:
    """What a Trainer does differently in one of several processes."""

    group: Group
    past_forward: bool
    _looked = False

    def get_train_dataloader(self: Any) -> Any:
        """Deal the rows; those of a step are the rows that one process would take."""
        self.train_dataset = _with_blanks(self.train_dataset)
        return super().get_train_dataloader()  # type: ignore[misc]

    def get_eval_dataloader(self: Any, eval_dataset: Any = None) -> Any:
        """Deal the validation rows; blanks fall behind the last row, where they are cut off."""
        rows = _with_blanks(self.eval_dataset if eval_dataset is None else eval_dataset)
        return super().get_eval_dataloader(rows)  # type: ignore[misc]

    def _get_train_sampler(self: Any, *args: Any) -> Any:
        """Return the sampler of one process, with its order for all."""
        sampler = super()._get_train_sampler(*args)  # type: ignore[misc]
        if hasattr(sampler, "batch_size"):  # rows that are grouped by length: those of a step
            sampler.batch_size *= self.group.size
        return Order(sampler, self.args.train_batch_size * self.group.size)

    def _get_eval_sampler(self: Any, rows: Any) -> Any:
        """Return the rows in their order."""
        return Order(range(len(rows)), self.args.eval_batch_size * self.group.size)

    def training_step(self: Any, model: Any, *args: Any, **more: Any) -> Any:
        """Train as ever; of the first step look at what the model and its gradients became."""
        if not self._looked:
            refuse_other_training(self.group, model, self.args, self.past_forward)
        loss = super().training_step(model, *args, **more)  # type: ignore[misc]
        if not self._looked and self.accelerator.sync_gradients:
            if not self.group.sharded:
                refuse_own_gradients(model)
            self._looked = True
        return loss

    def prediction_step(self: Any, *args: Any, **more: Any) -> Any:
        """Evaluate each batch by itself, as one process does; blanks are cut off afterwards."""
        averaged = self.args.average_tokens_across_devices
        self.args.average_tokens_across_devices = False
        try:
            return super().prediction_step(*args, **more)  # type: ignore[misc]
        finally:
            self.args.average_tokens_across_devices = averaged

    def _finalize_training(self: Any, *args: Any) -> Any:
        """End as ever; the loss since the last that was logged is that of all processes."""
        self._tr_loss = self.accelerator.reduce(self._tr_loss, "mean")
        return super()._finalize_training(*args)  # type: ignore[misc]


def _with_blanks(rows: Any) -> WithBlanks:
    """Return rows that have blanks behind them."""
    return rows if isinstance(rows, WithBlanks) else WithBlanks(rows)


def refuse_other_training(
    group: Group, model: Any, arguments: Any, past_forward: bool = False
) -> None:
    """Refuse to train when the libraries made something else of it than was asked.

    Args:
        group: of this process.
        model: as the Trainer wrapped it.
        arguments: transformers' TrainingArguments.
        past_forward: the loss is computed without the model's forward pass.

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
    became = f"and the model is a {type(model).__name__}"
    is_ddp = isinstance(model, DistributedDataParallel)
    whole = sum(not isinstance(weight, DTensor) for weight in model.parameters())
    if group.sharded and (is_ddp or whole):
        raise UserError(
            f"hardware.strategy: fsdp2 is asked for, {became} with {whole} weights that are whole "
            "in every process; take ddp"
        )
    if past_forward and is_ddp:
        raise UserError(
            f"LoRA's fast path shares its gradients itself, {became}, which would wait for a "
            "forward pass that does not come; set phases.<name>.packing: false"
        )
    if not group.sharded and not is_ddp and not past_forward:
        raise UserError(
            f"hardware.strategy: ddp is asked for, {became}, whose processes would train apart"
        )


def refuse_own_gradients(model: Any) -> None:
    """Refuse processes that keep their gradients to themselves, as when DDP is passed by.

    Args:
        model: after the backward pass that ends the first step.

    Raises:
        UserError: in every process.
    """
    import torch.distributed as dist

    norms = [float(w.grad.norm()) for w in model.parameters() if w.grad is not None]
    found: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(found, norms)
    for other in found:
        same = (
            isclose(a, b, rel_tol=1e-4, abs_tol=1e-9) for a, b in zip(norms, other, strict=True)
        )
        if not all(same):
            raise UserError(
                "the processes do not share their gradients, so that each would train a model of "
                "its own; train this phase in one process"
            )
