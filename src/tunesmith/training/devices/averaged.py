"""The Trainer of LoRA's fast path in several processes: it shares the gradients, DDP does not.

The fast path computes the loss past the model's forward pass, without which DDP shares nothing.
"""

from functools import partial
from typing import Any


class Averaged:
    """Leaves the model as it is, and averages the gradients before each step of the optimizer."""

    def create_accelerator_and_postprocess(self: Any) -> None:
        """Keep Accelerate from wrapping the model in DDP; let all begin with the first's weights.

        The model is prepared behind the point where a checkpoint was read.
        """
        super().create_accelerator_and_postprocess()  # type: ignore[misc]
        as_it_is = partial(self.accelerator.prepare_model, evaluation_mode=True)

        def prepared(model: Any, **options: Any) -> Any:
            begin_alike(model)
            return as_it_is(model, **options)

        self.accelerator.prepare_model = prepared

    def compute_loss(
        self: Any,
        model: Any,
        inputs: Any,
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """Return a loss whose mean over the processes is that of one, as the Trainer does."""
        if num_items_in_batch is not None and self.args.average_tokens_across_devices:
            num_items_in_batch = num_items_in_batch / self.group.size
        return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)  # type: ignore[misc]

    def training_step(self: Any, model: Any, *args: Any, **more: Any) -> Any:
        """Train as ever; of the last batch of a step the gradients become those of all."""
        loss = super().training_step(model, *args, **more)  # type: ignore[misc]
        if self.accelerator.sync_gradients:
            average_gradients(model, self.group.size)
        return loss


def begin_alike(model: Any) -> None:
    """Give every process the trained weights of the first; the others come from the same files."""
    import torch.distributed as dist

    weights = [weight.data for weight in model.parameters() if weight.requires_grad]
    _through_one_line(weights, partial(dist.broadcast, src=0))


def average_gradients(model: Any, processes: int) -> None:
    """Replace the gradients of a model by their mean over the processes; all have the same ones."""
    import torch.distributed as dist

    gradients = [weight.grad for weight in model.parameters() if weight.grad is not None]
    _through_one_line([gradient.div_(processes) for gradient in gradients], dist.all_reduce)


def _through_one_line(tensors: list[Any], share: Any) -> None:
    """Lay tensors of one dtype one behind the other, share them in one go, and take them back."""
    import torch

    line = torch.cat([tensor.flatten() for tensor in tensors])
    share(line)
    parts = torch.split(line, [tensor.numel() for tensor in tensors])
    torch._foreach_copy_(tensors, [p.view_as(t) for p, t in zip(parts, tensors, strict=True)])
