"""The optimizer of a policy and its value head, and how their learning rates move."""

from typing import Any

from tunesmith.online.policy import Policy
from tunesmith.training.params import Phase
from tunesmith.training.schedules import USED_BY, schedule_options


def optimizer_of(phase: Phase, policy: Policy, value_rate: float) -> Any:
    """Return the method's own optimizer, or AdamW, with a group for the value head.

    Args:
        phase: its method, learning rate and weight decay.
        policy: that learns.
        value_rate: learning rate of the value head, where there is one.
    """
    from torch.optim import AdamW
    from transformers import TrainingArguments

    arguments = TrainingArguments(
        learning_rate=phase.learning_rate,
        weight_decay=phase.weight_decay,
        optim="adamw_torch",
        report_to=[],
        use_cpu=policy.model.device.type == "cpu",
    )
    optimizer = phase.method.optimizer(policy.model, arguments)
    if optimizer is None:
        weights = list(policy.trained().values())
        optimizer = AdamW(weights, lr=phase.learning_rate, weight_decay=phase.weight_decay)
    if policy.head is not None:
        weights = list(policy.head.parameters())
        head = {"params": weights, "lr": value_rate, "weight_decay": 0.0}
        optimizer.add_param_group(head)
    return optimizer


class Rates:
    """Sets the learning rates of a step: a function of the step alone."""

    def __init__(self, phase: Phase, optimizer: Any, steps: int) -> None:
        """Take what was set as the highest.

        Args:
            phase: its schedule.
            optimizer: before it has made a step.
            steps: of the whole training.
        """
        from transformers import get_scheduler

        dials = phase.model_dump(include=set(USED_BY))
        self._highest = [group["lr"] for group in optimizer.param_groups]
        self._optimizer = optimizer
        schedule = get_scheduler(
            phase.schedule,
            optimizer,
            num_warmup_steps=round(phase.warmup_ratio * steps),
            num_training_steps=steps + 1,
            scheduler_specific_kwargs=schedule_options(
                phase.schedule, steps + 1, phase.learning_rate, **dials
            ),
        )
        self._shares = schedule.lr_lambdas

    def set(self, step: int) -> float:
        """Set the rates of a step, from 1 on; return that of the policy.

        transformers begins at step 0 and ends before the last, so that the rate of one step is 0;
        here no step is: answers are too dear to learn nothing from them.
        """
        groups = self._optimizer.param_groups
        for group, highest, share in zip(groups, self._highest, self._shares, strict=True):
            group["lr"] = highest * share(step)
        return float(groups[0]["lr"])
