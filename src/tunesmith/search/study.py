"""A study: trials that are asked for, told of, and continued by whoever comes next.

A sampler of its own is made for each trial, seeded by the study's seed and the trial's number: what
a trial proposes follows from the trials before it alone, so that a search that was killed goes on
as if it had not been.
"""

import json
import logging
import warnings
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import numpy as np
from pydantic import JsonValue

from tunesmith.files import sha256_text
from tunesmith.search.curve import EPOCH, Point
from tunesmith.search.params import Pruner, SearchParams
from tunesmith.search.paths import ABSENT, value_at
from tunesmith.search.space import label

OWNER, REASON, DIALS, BASE = "clone", "reason", "dials", "commit"
STARTUP = 4  # trials at random before a sampler begins to learn
Goal: TypeAlias = Literal["minimize", "maximize"]


def goal_of(metric: str) -> Goal:
    """Return which way a metric of `best_by` is better."""
    return "minimize" if metric == "loss" else "maximize"


def name_of(search: SearchParams, phase: str, fixed: Mapping[str, Any]) -> str:
    """Return the full name of a study; trials of one name are comparable.

    Args:
        search: its space counts; how it is gone through does not.
        phase: that is measured.
        fixed: every dial that counts and is not turned.
    """
    space = search.model_dump(mode="json", by_alias=True)["space"]
    what = json.dumps([phase, space, fixed], sort_keys=True, ensure_ascii=False)
    return f"{search.study}-{sha256_text(what)[:8]}"


def open_study(storage: Any, name: str, goal: Goal) -> Any:
    """Return the study of that name, made if it does not exist."""
    import optuna

    optuna.logging.set_verbosity(logging.ERROR)
    return optuna.create_study(
        storage=storage, study_name=name, direction=goal, load_if_exists=True
    )


def begin(study: Any, search: SearchParams, seed: int, now: Mapping[str, Any]) -> None:
    """Prepare a study for trials of these settings.

    Args:
        study: of `open_study`.
        search: its pruner counts from here on.
        seed: of the sampler.
        now: the dials as they are; the first trial of a study takes them, where the space has them.
    """
    import optuna

    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    warnings.filterwarnings("ignore", message="The reported value is ignored")
    study.pruner = pruner_of(search.pruner)
    study.sampler = sampler_of(search, seed, 0)
    if not study.get_trials(deepcopy=False) and (first := _within(search, now)):
        study.enqueue_trial(first)


def _within(search: SearchParams, now: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that the dials have now, where a range holds them."""
    found = {path: value_at(now, path) for path in search.space}
    return {
        path: label(value)
        for path, value in found.items()
        if value is not ABSENT and search.space[path].holds(value)
    }


def sampler_of(search: SearchParams, seed: int, number: int) -> Any:
    """Return the sampler of one trial."""
    import optuna

    own = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
    if search.sampler == "random":
        return optuna.samplers.RandomSampler(seed=own)
    if search.sampler == "gp":
        return optuna.samplers.GPSampler(seed=own, n_startup_trials=STARTUP)
    return optuna.samplers.TPESampler(
        seed=own, n_startup_trials=STARTUP, multivariate=True, constant_liar=search.jobs > 1
    )


def pruner_of(pruner: Pruner | None) -> Any:
    """Return Optuna's pruner."""
    import optuna

    if pruner is None:
        return optuna.pruners.NopPruner()
    return optuna.pruners.PercentilePruner(
        100 * pruner.keep,
        n_startup_trials=pruner.startup_trials,
        n_warmup_steps=round(pruner.warmup_epochs * EPOCH),
    )


def next_trial(study: Any, search: SearchParams, seed: int, owner: str, held: set[int]) -> Any:
    """Return the next trial to be run, None when there are enough.

    One that was begun in this clone and never came to an end is begun again, under its number and
    with its dials.

    Args:
        study: of `open_study`.
        search: with the number of trials that are wanted.
        seed: of the sampler.
        owner: this clone.
        held: numbers of trials that are under way.
    """
    import optuna

    trials = study.get_trials(deepcopy=False)
    if (left := _interrupted(trials, owner, held)) is not None:
        study.sampler = sampler_of(search, seed, left.number)
        return optuna.trial.Trial(study, left._trial_id)
    if _are_enough(trials, search):
        return None
    study.sampler = sampler_of(search, seed, _next_number(trials))
    trial = study.ask()
    trial.set_user_attr(OWNER, owner)
    return trial


def is_done(study: Any, search: SearchParams, owner: str) -> bool:
    """Tell whether there is no trial to begin, nor one of this clone to go on with."""
    trials = study.get_trials(deepcopy=False)
    return _are_enough(trials, search) and _interrupted(trials, owner, set()) is None


def _interrupted(trials: list[Any], owner: str, held: set[int]) -> Any:
    """Return the first trial that was begun in this clone and did not come to an end, or None."""
    from optuna.trial import TrialState

    left = (
        one
        for one in trials
        if one.state == TrialState.RUNNING and one.user_attrs.get(OWNER) == owner
    )
    return next((one for one in left if one.number not in held), None)


def _are_enough(trials: list[Any], search: SearchParams) -> bool:
    """Tell whether as many trials as are wanted have begun."""
    from optuna.trial import TrialState

    begun = sum(one.state != TrialState.WAITING for one in trials)
    return bool(begun >= search.trials)


def _next_number(trials: list[Any]) -> int:
    """Return the number that the next trial will have: one that waits goes first."""
    import optuna

    waiting = [one.number for one in trials if one.state == optuna.trial.TrialState.WAITING]
    return min(waiting, default=len(trials))


def dials_of(trial: Any, search: SearchParams) -> dict[str, JsonValue]:
    """Return what a trial sets each dial to, and write it down with the trial."""
    found = {path: dial.suggest(trial, path) for path, dial in search.space.items()}
    trial.set_user_attr(DIALS, found)
    return found


def is_behind(trial: Any, at: Point) -> bool:
    """Write a point of a trial's validation curve down; tell whether the trial is to be ended.

    One that has come to its end is not.
    """
    trial.report(at.value, at.step)
    return not at.last and bool(trial.should_prune())


def tell(study: Any, trial: Any, value: float | None, pruned: bool, reason: str) -> None:
    """Write down how a trial ended.

    Args:
        study: that it belongs to.
        trial: of `next_trial`.
        value: its best validation score; None without one.
        pruned: ended because it was behind.
        reason: why it failed, where it did.
    """
    import optuna

    if value is not None:
        study.tell(trial, value)
        return
    if reason:
        trial.set_user_attr(REASON, reason)
    state = optuna.trial.TrialState.PRUNED if pruned else optuna.trial.TrialState.FAIL
    study.tell(trial, state=state)
