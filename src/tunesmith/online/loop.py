"""The loop of reinforcement: answer, score, look, learn; evaluate and save now and then."""

import math
from typing import Any

from tunesmith.models.load import peak_compute_memory_bytes
from tunesmith.objectives.base.online import OnlineObjective
from tunesmith.online import saved
from tunesmith.online.bands import refuse_outside
from tunesmith.online.collect import Collected, Collector
from tunesmith.online.folders import Folders
from tunesmith.online.journal import Journal
from tunesmith.online.learner import Learner
from tunesmith.online.optimizer import Rates, optimizer_of
from tunesmith.online.policy import Policy
from tunesmith.online.prompts import Prompt, of_step
from tunesmith.online.records import measured
from tunesmith.online.sampling import answer_seeds
from tunesmith.online.saved import State
from tunesmith.online.timing import Stopwatch
from tunesmith.online.together import Together
from tunesmith.rewards.base import Judge, Place
from tunesmith.rewards.combined import Combined
from tunesmith.training.broken import refuse_broken_loss, refuse_broken_weights
from tunesmith.training.checkpoints import PREFIX, newest_whole
from tunesmith.training.devices.batches import shared
from tunesmith.training.devices.group import Group, gathered, host_first, refuse_differences
from tunesmith.training.params import Phase
from tunesmith.training.stopping import StopOnSignal, since_best

EVALUATED = 64  # validation prompts


class Loop:
    """One training.

    Attributes:
        state: where it stands.
        watch: what its parts have taken.
        prompts: that it learns on.
        asked: of validation, that choose the best checkpoint.
    """

    def __init__(
        self,
        phase: Phase,
        objective: OnlineObjective,
        policy: Policy,
        tokenizer: Any,
        prompts: tuple[list[Prompt], ...],
        folders: Folders,
        seed: int,
        group: Group,
    ) -> None:
        """Take up a training where its newest checkpoint is, or begin it."""
        self.phase, self.objective, self.policy = phase, objective, policy
        self.work, self.seed, self.group = folders.work, seed, group
        self.prompts, validation = prompts
        self.asked = _drawn(validation, EVALUATED, seed)
        self.together = Together(group)
        self._size = objective.answers // objective.group_size  # prompts of a step
        self.steps = max(1, round(phase.epochs * len(self.prompts) / self._size))
        self.interval = _interval(phase, self.steps)
        self._optimizer = optimizer_of(phase, policy, objective.value_rate)
        self._rates = Rates(phase, self._optimizer, self.steps)
        self.state = self._taken_up()
        self.watch = Stopwatch(self.state.spent)
        rows, accumulation = shared(
            phase.per_device_batch_size or 1, phase.gradient_accumulation_steps, group.size
        )
        self._collector = self._collecting(tokenizer, folders, rows)
        self._learner = Learner(
            objective,
            policy,
            self._optimizer,
            rows,
            accumulation,
            phase.max_grad_norm,
            self.together,
            self.watch,
        )
        prompts_each = self._size / len(self.prompts)
        self._journal = Journal(self.state, self.work, self.steps, prompts_each, group.first)

    def run(self) -> None:
        """Train to the end, or up to a signal."""
        stop = StopOnSignal(self.work.name)
        with stop.listening():
            if not self.state.history:
                self._evaluate()
            while self.state.global_step < self.steps and not self._patience_is_lost():
                self._step()
                due = self.state.global_step % self.interval == 0
                last = self.state.global_step == self.steps
                if due or last:
                    self._evaluate()
                if due or last or any(gathered(self.group, stop.asked)):
                    self._save()
                    stop.on_save(None, self.state, None)
        self._back_to_the_best()

    def summary(self) -> dict[str, float]:
        """Return what the validation prompts came to: at the start, and at the best step."""
        found = [one for one in self.state.history if one["split"] == "validation"]
        best = next(one for one in found if one["step"] == self.state.best_global_step)
        return {
            "reward": best["reward"],
            "kl": best["kl"],
            "length": best["length"],
            "reward_at_start": found[0]["reward"],
        }

    @property
    def trained_tokens(self) -> int:
        """Tokens of answers that were learnt from, each counted once."""
        steps = [one for one in self.state.history if one["split"] == "train"]
        return round(sum(float(one["length"]) for one in steps) * self.objective.answers)

    @property
    def peak_memory_bytes(self) -> int:
        """The most memory up to here."""
        return peak_compute_memory_bytes()

    def _step(self) -> None:
        """Make one step, and note what it was like."""
        self.state.global_step += 1
        step, beta = self.state.global_step, self.state.beta
        rate = self._rates.set(step)
        places = of_step(len(self.prompts), self._size, self.seed, step)
        chosen = [self.prompts[at] for at in places for _ in range(self.objective.group_size)]
        collected = self._collect(chosen, step)
        found = measured(collected, self.together)
        learnt = self._learner.learn(collected.experience, beta, self._order_seed(step))
        self.state.beta = self.objective.kl.following(beta, found["kl"], self.objective.answers)
        self.state.tokens += sum(len(p) + len(a) for p, a in collected.experience.rollouts)
        record: dict[str, Any] = {
            "split": "train",
            "learning_rate": rate,
            "beta": beta,
            **found,
            **learnt,
        }
        self._journal.note(record)
        refuse_broken_loss(record["loss"], step)
        refuse_outside(self.objective, self.state.history[-1], self.work.name)
        self._journal.tell_of_dull_scores()

    def _collect(self, chosen: list[Prompt], step: int) -> Collected:
        """Return this process's answers to prompts; each process has an even part of them."""
        part = len(chosen) // self.group.size
        first = part * self.group.rank
        own = chosen[first : first + part]
        return self._collector.collect(own, answer_seeds(self.seed, step, first, len(own)))

    def _evaluate(self) -> None:
        """Answer the validation prompts, always with the same noise, and note the best step."""
        with self.watch.part("evaluation"):
            found = measured(self._collector_of_all(), Together(Group()))
        history = [*self._rewards(), found["reward"]]
        if since_best(history, greater_is_better=True) == 0:
            self.state.best_global_step = self.state.global_step
        self._journal.note({"split": "validation", "beta": self.state.beta, **found})

    def _collector_of_all(self) -> Collected:
        """Return answers to all validation prompts, the same in every process."""
        seeds = answer_seeds(self.seed, 0, 0, len(self.asked))
        return self._collector.collect(self.asked, seeds)

    def _taken_up(self) -> State:
        """Return the state of the newest checkpoint, whose weights are loaded, or a new one."""
        with host_first(self.group):
            newest = newest_whole(self.work)
        refuse_differences(self.group, {"checkpoint in .work": newest})
        if newest is None:
            return State(beta=self.objective.kl.beta)
        return saved.go_on(newest, self.policy, self._optimizer)

    def _save(self) -> None:
        """Write a checkpoint, in the first process."""
        refuse_broken_weights(self.policy.model, self.state.global_step)
        self.state.spent = dict(self.watch.spent)
        if self.group.first:
            saved.save(self.work, self.state, self.policy, self._optimizer)

    def _back_to_the_best(self) -> None:
        """Give the policy the weights of the step whose validation reward is the highest."""
        best = self.state.best_global_step
        if best == 0:
            self._journal.tell(
                "no step did better on validation prompts than the start, which stays"
            )
            self.policy.go_back()
        elif best != self.state.global_step:
            saved.load_weights(self.work / f"{PREFIX}{best}", self.policy)

    def _patience_is_lost(self) -> bool:
        """Return whether enough evaluations brought no new best."""
        patience = self.phase.early_stopping_patience
        return patience is not None and since_best(self._rewards(), True) >= patience

    def _rewards(self) -> list[float]:
        """Return the validation rewards so far."""
        return [one["reward"] for one in self.state.history if one["split"] == "validation"]

    def _collecting(self, tokenizer: Any, folders: Folders, rows: int) -> Collector:
        """Return what lets the policy answer."""

        def judge() -> Judge:
            from tunesmith.rewards.reward_model import RewardModel

            return RewardModel.read(folders.partner).score

        place = Place(judge, folders.functions, self.work, self.seed)
        rewards = Combined(self.objective.rewards, place)
        watch = self.watch
        return Collector(self.objective, self.policy, tokenizer, rewards, rows, watch)

    def _order_seed(self, step: int) -> int:
        """Return the seed of the order in which a process learns from its answers."""
        return answer_seeds(self.seed, step, self.objective.answers + self.group.rank, 1)[0]


def _interval(phase: Phase, steps: int) -> int:
    """Return the steps between two evaluations, each with a checkpoint."""
    return max(1, math.ceil(steps / max(1, round(phase.evaluations_per_epoch * phase.epochs))))


def _drawn(prompts: list[Prompt], most: int, seed: int) -> list[Prompt]:
    """Return at most so many prompts in their order, the same for the same seed."""
    import numpy as np

    if len(prompts) <= most:
        return prompts
    places = np.random.default_rng(seed).choice(len(prompts), most, replace=False)
    return [prompts[place] for place in sorted(places.tolist())]
