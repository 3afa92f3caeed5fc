"""The Trainer of a model that lies in parts: what it saves and reads is gathered and cut."""

from functools import partial
from pathlib import Path
from typing import Any

from tunesmith.training.devices.shard import set_trained_weights, trained_weights

WEIGHTS = "trained.safetensors"  # of a checkpoint: what is trained, by the live model's names
OPTIMIZER = "optimizer.pt"
SCHEDULER = "scheduler.pt"


class Sharded:
    """Leaves the model as it was cut, and keeps checkpoints that any number of processes reads."""

    def create_accelerator_and_postprocess(self: Any) -> None:
        """Keep Accelerate from wrapping the model in DDP, which it does to any."""
        super().create_accelerator_and_postprocess()  # type: ignore[misc]
        as_it_is = partial(self.accelerator.prepare_model, evaluation_mode=True)
        self.accelerator.prepare_model = as_it_is

    def save_model(self: Any, output_dir: str | None = None, _internal_call: bool = False) -> None:
        """Write the trained weights of a checkpoint; the phase's result is saved by its method."""
        from safetensors.torch import save_file

        whole = trained_weights(self.model)
        if self.args.should_save:
            folder = Path(output_dir or self.args.output_dir)
            folder.mkdir(parents=True, exist_ok=True)
            save_file(
                {name: tensor.contiguous() for name, tensor in whole.items()}, folder / WEIGHTS
            )

    def _load_from_checkpoint(self: Any, checkpoint: str, model: Any = None) -> None:  # noqa: ARG002
        """Read the trained weights of a checkpoint in the first process, and cut them."""
        from safetensors.torch import load_file

        whole = load_file(Path(checkpoint) / WEIGHTS) if self.group.first else {}
        set_trained_weights(self.model, whole)

    def _load_best_model(self: Any) -> None:
        """Go back to the best checkpoint."""
        self._load_from_checkpoint(self.state.best_model_checkpoint)

    def _save_optimizer_and_scheduler(self: Any, output_dir: str) -> None:
        """Write the optimizer's state whole; every process helps to gather it."""
        import torch
        from torch.distributed.checkpoint.state_dict import get_optimizer_state_dict

        state = get_optimizer_state_dict(self.model, _bare(self.optimizer), options=_whole())
        if self.args.should_save:
            torch.save(state, Path(output_dir) / OPTIMIZER)
            torch.save(self.lr_scheduler.state_dict(), Path(output_dir) / SCHEDULER)

    def _load_optimizer_and_scheduler(self: Any, checkpoint: str | None) -> None:
        """Read the optimizer's state in the first process, and cut it; go on with the schedule."""
        import torch
        from torch.distributed.checkpoint.state_dict import set_optimizer_state_dict

        if checkpoint is None:
            return
        state, folder = {}, Path(checkpoint)
        if self.group.first:
            state = torch.load(folder / OPTIMIZER, map_location="cpu", weights_only=True)
        set_optimizer_state_dict(self.model, _bare(self.optimizer), state, options=_whole(True))
        self.lr_scheduler.load_state_dict(torch.load(folder / SCHEDULER, weights_only=True))

    def _clip_grad_norm(self: Any, model: Any) -> Any:
        """Clip to the norm over all parts, and return it as one number."""
        import torch

        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), self.args.max_grad_norm)
        return norm.full_tensor() if hasattr(norm, "full_tensor") else norm


def _bare(optimizer: Any) -> Any:
    """Return the optimizer itself, without Accelerate's wrapping."""
    return getattr(optimizer, "optimizer", optimizer)


def _whole(sent: bool = False) -> Any:
    """Return the options for a state that is whole in the first process."""
    from torch.distributed.checkpoint.state_dict import StateDictOptions

    return StateDictOptions(full_state_dict=True, cpu_offload=not sent, broadcast_from_rank0=sent)
