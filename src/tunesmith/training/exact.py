"""transformers' Trainer, made to go on after an interruption as if there had been none."""

import shutil
import time
from pathlib import Path
from typing import Any

import torch
from transformers import Trainer, TrainerCallback

from tunesmith.files import read_json, write_json
from tunesmith.models.load import peak_compute_memory_bytes
from tunesmith.training import checkpoints
from tunesmith.training.broken import refuse_broken_loss, refuse_broken_weights
from tunesmith.training.disk import telling_of_a_full_disk, weights_bytes
from tunesmith.training.noted import Noted
from tunesmith.training.order import EpochOrder

RUNNING = "running.json"


class ExactTrainer(Trainer):  # type: ignore[misc]
    """Ends with the same weights and the same curves however often it was interrupted.

    Beside what transformers saves it keeps the order of the rows apart from the random numbers of
    training, the sums behind the next logged loss, and what has been spent so far; a checkpoint is
    complete only with its hashes.

    Attributes:
        order: in which the epochs see their rows.
        tokens: seen by the optimizer, padding not counted.
        noted: numbers that are logged with the next loss.
    """

    order: EpochOrder

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.tokens: Any = 0
        self.noted = Noted()
        self._resumed: Path | None = None
        self._spent = {"seconds": 0.0, "peak_memory_bytes": 0}
        self._started = time.monotonic()
        self.add_callback(_GoOn(self))

    def train(self, resume_from_checkpoint: Any = None, **options: Any) -> Any:
        """Train, from a whole checkpoint or from the start."""
        self._resumed = Path(resume_from_checkpoint) if resume_from_checkpoint else None
        return super().train(resume_from_checkpoint, **options)

    @property
    def seconds(self) -> float:
        """What training has taken, interrupted runs included up to their last checkpoint."""
        return self._spent["seconds"] + time.monotonic() - self._started

    @property
    def peak_memory_bytes(self) -> int:
        """The most memory of all runs up to here."""
        return int(max(self._spent["peak_memory_bytes"], peak_compute_memory_bytes()))

    def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> Any:
        """Count the tokens, without waiting for the device, and train on them."""
        seen = inputs["attention_mask"].sum() if "attention_mask" in inputs else None
        self.tokens = self.tokens + (inputs["input_ids"].numel() if seen is None else seen)
        return super().training_step(model, inputs, num_items_in_batch)

    def log(self, logs: Any, start_time: float | None = None) -> None:
        """Log, with the count of tokens up to date, and what was noted since the last loss."""
        self.state.num_input_tokens_seen = int(self.tokens)
        noted = self.noted.means(self.accelerator.reduce) if "loss" in logs else {}
        super().log({**logs, **noted}, start_time)

    def go_on(self) -> None:
        """Take up the sums of the run that was interrupted."""
        self._started = time.monotonic()
        self.tokens = self.state.num_input_tokens_seen
        if self._resumed is None:
            return
        running = read_json(self._resumed / RUNNING)
        self._spent = running["spent"]
        self._tr_loss = torch.tensor(running["loss_since_log"], device=self.args.device)
        self._total_loss_scalar = running["loss_before_log"]
        self._globalstep_last_logged = running["logged_at_step"]
        self._initial_global_step = 0
        self.noted.go_on(running["noted"], self.args.device, self.args.process_index == 0)
        best = checkpoints.best_of(self._resumed)
        self.state.best_model_checkpoint = str(best) if best else None

    def _get_train_sampler(self, train_dataset: Any = None) -> EpochOrder:
        """Return the order of the rows, which `_run_epoch` moves from epoch to epoch."""
        rows = self.train_dataset if train_dataset is None else train_dataset
        by_length = self.args.train_sampling_strategy == "group_by_length"
        lengths = [len(row["input_ids"]) for row in rows] if by_length else None
        batch = self.args.train_batch_size * self.args.gradient_accumulation_steps
        batch *= max(1, self.args.world_size)
        self.order = EpochOrder(len(rows), self.args.seed, lengths, batch)
        return self.order

    def _run_epoch(self, *, epoch: int, **options: Any) -> None:
        """Train an epoch, in its own order; none after the training has stopped."""
        if self.control.should_training_stop:
            return
        self.order.epoch = epoch
        super()._run_epoch(epoch=epoch, **options)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """Save a checkpoint that is whole or not there, then drop those that it replaces."""
        since_log = float(self.accelerator.reduce(self._tr_loss, "mean"))
        noted = self.noted.state(self.accelerator.reduce)
        refuse_broken_loss(since_log, self.state.global_step)
        refuse_broken_weights(self.model, self.state.global_step)
        work = Path(self.args.output_dir)
        folder = work / f"{checkpoints.PREFIX}{self.state.global_step}"
        if self.args.should_save:
            shutil.rmtree(folder, ignore_errors=True)
        self.state.num_input_tokens_seen = int(self.tokens)
        with telling_of_a_full_disk(folder, self._checkpoint_bytes):
            super()._save_checkpoint(model, trial)
            self.accelerator.wait_for_everyone()
            if self.args.should_save:
                write_json(folder / RUNNING, {**self._running(since_log), "noted": noted})
                checkpoints.seal(folder)
                checkpoints.prune(work)

    def _running(self, since_log: float) -> dict[str, Any]:
        """Return the sums that transformers keeps only in memory, and the costs so far."""
        return {
            "loss_since_log": since_log,
            "loss_before_log": self._total_loss_scalar,
            "logged_at_step": self._globalstep_last_logged,
            "spent": {"seconds": self.seconds, "peak_memory_bytes": self.peak_memory_bytes},
        }

    def _checkpoint_bytes(self) -> int:
        """Return what a checkpoint takes: the saved weights and the optimizer's numbers."""
        numbers = [v for state in self.optimizer.state.values() for v in state.values()]
        moments = sum(t.numel() * t.element_size() for t in numbers if torch.is_tensor(t))
        return weights_bytes(self.model) + moments


class _GoOn(TrainerCallback):  # type: ignore[misc]
    """Calls the trainer when transformers has set all its sums to zero."""

    def __init__(self, trainer: ExactTrainer) -> None:
        self.trainer = trainer

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002
        """Take up the interrupted run."""
        self.trainer.go_on()
