"""What a study has found, as plain values: trials, the best one, and which dials mattered."""

import json
from typing import Any

from tunesmith.errors import UserError
from tunesmith.search.curve import EPOCH
from tunesmith.search.study import BASE, DIALS, REASON, goal_of

FEWEST = 4  # trials that came to their end, below which no importance is told
Findings = dict[str, Any]
WORDS = {
    "COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed",
    "RUNNING": "running", "WAITING": "waiting",
}  # fmt: skip


def findings_of(study: Any, phase: str, metric: str, seed: int) -> Findings:
    """Return everything that page and table show; no clock, so that it repeats.

    Args:
        study: of Optuna.
        phase: whose validation score was compared.
        metric: that it was.
        seed: of the importance, which is that of a forest.
    """
    trials = [_trial(one, study.study_name) for one in study.get_trials(deepcopy=False)]
    goal = goal_of(metric)
    findings: Findings = {
        "study": study.study_name,
        "phase": phase,
        "metric": metric,
        "goal": goal,
        "trials": trials,
        "importance": _importance(study, seed),
    }
    first = next(iter(ranked(findings)), None)
    has_best = first is not None and first["value"] is not None
    return {**findings, "best": first["number"] if first and has_best else None}


def experiment_of(study: str, number: int) -> str:
    """Return the name of a trial's DVC experiment."""
    return f"{study}-{number:04d}"


def _trial(one: Any, study: str) -> Findings:
    """Return one trial."""
    return {
        "number": one.number,
        "experiment": experiment_of(study, one.number),
        "state": WORDS[one.state.name],
        "value": one.value if one.state.name == "COMPLETE" else None,
        "dials": one.user_attrs.get(DIALS, one.params),
        "curve": [
            [step / EPOCH, one.intermediate_values[step]]
            for step in sorted(one.intermediate_values)
        ],
        "reason": one.user_attrs.get(REASON, ""),
        "commit": one.user_attrs.get(BASE, ""),
    }


def _importance(study: Any, seed: int) -> dict[str, float]:
    """Return the share of each dial in how the values differ (fANOVA), the largest first.

    Empty with too few trials, or with trials that are all alike.
    """
    import optuna

    ended = [one for one in study.get_trials(deepcopy=False) if one.state.name == "COMPLETE"]
    if len(ended) < FEWEST or len({one.value for one in ended}) == 1:
        return {}
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=seed)
    found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {name: float(share) for name, share in found.items()}


def ranked(findings: Findings) -> list[Findings]:
    """Return the trials, the best first and those without a value last."""
    sign = 1 if findings["goal"] == "minimize" else -1

    def place(trial: Findings) -> tuple[bool, float, int]:
        value = trial["value"]
        return value is None, 0.0 if value is None else sign * value, trial["number"]

    return sorted(findings["trials"], key=place)


def trial_named(findings: Findings, number: int | None) -> Findings:
    """Return a trial of a study, None for the best.

    Raises:
        UserError: there is none of that number, or none has come to its end.
    """
    wanted = findings["best"] if number is None else number
    if wanted is None:
        raise UserError(f"search: no trial of {findings['study']} has come to its end yet")
    found = next((one for one in findings["trials"] if one["number"] == wanted), None)
    if found is None:
        known = len(findings["trials"])
        raise UserError(f"search: {findings['study']} has {known} trials, and no trial {wanted}")
    return found  # type: ignore[no-any-return]


def shown(value: Any) -> str:
    """Return a dial's value, or a score, for one cell of a table."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "null" if value is None else str(value)
