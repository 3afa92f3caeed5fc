"""The Trainer of a phase: rows in line, LoRA's fast path, a validation loss by token."""

from typing import Any

import torch
from transformers.trainer_utils import EvalLoopOutput

from tunesmith.fast.interface import row_words
from tunesmith.fast.model import FastModel
from tunesmith.tasks.chat import IGNORED
from tunesmith.training.answered import Answered
from tunesmith.training.exact import ExactTrainer

ONLY_PACKED = ("ends", "longest", "places", "targets")  # of a packed batch; models do not know them


class PhaseTrainer(ExactTrainer):
    """Trains a phase.

    Attributes:
        fast: computes the loss in place of the model, where that is possible.
        answered: scores answers to some validation rows, where the best is chosen by them.
    """

    fast: FastModel | None = None
    answered: Answered | None = None

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """Return the loss of a batch: of language models the mean over the tokens of the step."""
        if self.fast is None:
            known = {key: value for key, value in inputs.items() if key not in ONLY_PACKED}
            words = row_words(inputs) if "ends" in inputs else {}
            return super().compute_loss(
                model, {**known, **words}, return_outputs, num_items_in_batch
            )
        trained = len(inputs["targets"]) if num_items_in_batch is None else num_items_in_batch
        loss = self.fast.loss(inputs) / trained
        return (loss, {}) if return_outputs else loss

    def floating_point_ops(self, inputs: dict[str, Any]) -> int:  # noqa: ARG002
        """Return nothing: counting would walk over all weights at every step, and nobody asks."""
        return 0

    def evaluation_loop(
        self,
        dataloader: Any,
        description: str,
        prediction_loss_only: bool | None = None,
        ignore_keys: list[str] | None = None,
        metric_key_prefix: str = "eval",
    ) -> EvalLoopOutput:
        """Return the loss over all validation tokens, whatever the batches; classifiers as ever."""
        if self.compute_metrics is not None:
            return super().evaluation_loop(
                dataloader, description, prediction_loss_only, ignore_keys, metric_key_prefix
            )
        self.model.eval()
        sums = torch.zeros(2, device=self.args.device)
        for inputs in dataloader:
            trained = inputs["labels"][..., 1:].ne(IGNORED).sum()
            loss, _, _ = self.prediction_step(self.model, inputs, True)
            if trained:  # a blank batch of several processes has no loss
                sums += torch.stack([loss * trained, trained])
        total, tokens = self.accelerator.reduce(sums, "sum").tolist()
        metrics = {f"{metric_key_prefix}_loss": total / tokens}
        if self.answered is not None:
            with self.compute_loss_context_manager():
                metrics[f"{metric_key_prefix}_{self.answered.metric}"] = self.answered(self.model)
        return EvalLoopOutput(None, None, metrics, len(dataloader.dataset))
