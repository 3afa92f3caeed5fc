"""The Trainer of a phase: rows in line, LoRA's fast path, a validation loss by token."""

from typing import Any

import torch
from transformers.trainer_utils import EvalLoopOutput

from tunesmith.continual.base import Penalty
from tunesmith.fast.interface import row_words
from tunesmith.fast.model import FastModel
from tunesmith.objectives.base import Bound
from tunesmith.tasks.chat import IGNORED
from tunesmith.training.adversarial import Adversary
from tunesmith.training.answered import Answered
from tunesmith.training.exact import ExactTrainer
from tunesmith.training.noted import Noted

ONLY_PACKED = ("ends", "longest", "places", "targets")  # of a packed batch; models do not know them


class PhaseTrainer(ExactTrainer):
    """Trains a phase.

    Attributes:
        fast: computes the loss in place of the model, where that is possible.
        answered: scores answers to some validation rows, where the best is chosen by them.
        penalty: what is added to the loss in training, against forgetting.
        bound: the objective, where it is not the model's own loss.
        pack_tokens: of a pack at most; None where batches are rows.
        adversary: moves each row against the model, which then learns it there too.
    """

    fast: FastModel | None = None
    answered: Answered | None = None
    penalty: Penalty | None = None
    bound: Bound | None = None
    pack_tokens: int | None = None
    adversary: Adversary | None = None

    def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> Any:
        """Train on a batch; with an adversary a second time, and the gradients are added."""
        if self.adversary is None:
            return super().training_step(model, inputs, num_items_in_batch)
        with self.adversary.watching():
            loss = super().training_step(model, inputs, num_items_in_batch)
        with self.adversary.moving():
            super(ExactTrainer, self).training_step(model, inputs, num_items_in_batch)
        return loss

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """Return the loss of a batch: of language models the mean over the tokens of the step."""
        if self.bound is not None:
            return self._of_objective(model, inputs, num_items_in_batch)
        if self.penalty is not None and model.training:
            return self._held(model, inputs, return_outputs, num_items_in_batch)
        return self._likelihood(model, inputs, return_outputs, num_items_in_batch)

    def _held(self, model: Any, inputs: dict[str, Any], outputs_too: bool, items: Any) -> Any:
        """Return the loss of a batch with its part of the penalty of the step.

        transformers adds the losses of a step's batches up where it gives `items`, the number of
        all their items in all processes, and takes means over batches where it does not.
        """
        assert self.penalty is not None
        loss, outputs = self._likelihood(model, inputs, True, items)
        if self.penalty.by_item:
            own = None if items is None else items / max(1, self.args.world_size)
            loss = loss + self.penalty.of(inputs, outputs, own)
        else:
            batches = 1 if items is None else self.current_gradient_accumulation_steps
            loss = loss + self.penalty.of(inputs, outputs, None) / batches
        return (loss, outputs) if outputs_too else loss

    def _likelihood(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool, num_items_in_batch: Any
    ) -> Any:
        """Return the loss without a penalty."""
        if self.fast is None:
            known = {key: value for key, value in inputs.items() if key not in ONLY_PACKED}
            words = row_words(inputs) if "ends" in inputs else {}
            return super().compute_loss(
                model, {**known, **words}, return_outputs, num_items_in_batch
            )
        trained = len(inputs["targets"]) if num_items_in_batch is None else num_items_in_batch
        loss = self.fast.loss(inputs) / trained
        return (loss, {}) if return_outputs else loss

    def _of_objective(self, model: Any, inputs: dict[str, Any], items: Any) -> Any:
        """Return the objective's loss of a batch: its sum over the items of the whole step.

        Of several processes the Trainer takes the mean, so each gives its part as often.
        """
        assert self.bound is not None
        found = self.bound.sums(model, inputs)
        self.noted.add(found.numbers)
        return found.loss / items * max(1, self.args.world_size)

    def _get_num_items_in_batch(self, batch_samples: list[Any], device: Any) -> Any:
        """Return over how many items the loss of a step is a mean, in all processes."""
        if self.bound is None:
            return super()._get_num_items_in_batch(batch_samples, device)
        own = torch.stack([torch.as_tensor(self.bound.items(one)) for one in batch_samples])
        return self.accelerator.reduce(own.sum().to(device), "sum")

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
        if self.bound is not None:
            return self._evaluate_objective(dataloader, metric_key_prefix)
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

    def _evaluate_objective(self, dataloader: Any, prefix: str) -> EvalLoopOutput:
        """Return the objective's loss and numbers over all validation rows."""
        assert self.bound is not None
        noted = Noted()
        for batch in dataloader:
            inputs = self._prepare_inputs(batch)
            with torch.no_grad(), self.compute_loss_context_manager():
                found = self.bound.sums(self.model, inputs)
            noted.add({**found.numbers, "loss": (found.loss, torch.as_tensor(found.items))})
        means = noted.means(self.accelerator.reduce)
        metrics = {f"{prefix}_{name}": value for name, value in means.items()}
        return EvalLoopOutput(None, None, metrics, len(dataloader.dataset))
