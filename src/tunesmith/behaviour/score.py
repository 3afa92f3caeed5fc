"""Scores behavioural tests from predictions: failure rates, the models compared, failing cases."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tunesmith.behaviour import CANDIDATE
from tunesmith.behaviour.cases import Case, Predictions, gathered
from tunesmith.behaviour.shown import case_lines, failing_cases
from tunesmith.rows import Row
from tunesmith.stats.mcnemar import mcnemar
from tunesmith.stats.score import proportion

HOW = "a case fails if any of its variants fails; not_asked: the original's answer decides nothing"


def score_behaviour(
    rows: Sequence[Row], predictions: Predictions, confidence: float, of: str = CANDIDATE
) -> dict[str, Any]:
    """Return the tree of results.

    `tests` holds each test, `groups` each `capability/kind/language`: cases, and for every model
    failures, the failure rate with Wilson's interval, and the cases that it was not asked. Under
    `against`, each other model beside the candidate on the cases that both were asked, with
    McNemar's exact p. `per_case` is one line a case and model.

    Args:
        rows: of behavioural tests; any order.
        predictions: model → id of the row → `prediction` and `scores` (JSON, or None).
        confidence: of the intervals, in (0, 1).
        of: the model that the others are compared with.

    Raises:
        UserError: a row has no prediction, or a test needs a probability that is not there.
    """
    cases = gathered(rows, predictions)
    tests: dict[str, list[Case]] = {}
    groups: dict[str, list[Case]] = {}
    for case in cases:
        told = case.told[0]
        tests.setdefault(told["test"], []).append(case)
        key = f"{told['capability']}/{told['kind']}/{case.lang}"
        groups.setdefault(key, []).append(case)
    return {
        "confidence": confidence,
        "how": HOW,
        "models": sorted(predictions),
        "tests": {
            name: {
                **_about(part),
                **_scored(part, confidence, of),
                "failing": failing_cases(part, of),
            }
            for name, part in sorted(tests.items())
        },
        "groups": {key: _scored(part, confidence, of) for key, part in sorted(groups.items())},
        "per_case": [line for case in cases for line in case_lines(case)],
    }


def _about(cases: Sequence[Case]) -> dict[str, Any]:
    """Return what a test is."""
    told = cases[0].told[0]
    return {
        "kind": told["kind"],
        "capability": told["capability"],
        "langs": sorted({case.lang for case in cases}),
        "source": cases[0].rows[0]["source"],
        "perturbations": sorted(
            {one["perturbation"] for case in cases for one in case.told if one["perturbation"]}
        ),
    }


def _scored(cases: Sequence[Case], confidence: float, of: str) -> dict[str, Any]:
    """Return the numbers of some cases."""
    models = sorted(cases[0].answers)
    return {
        "cases": len(cases),
        "variants": sum(case.variants for case in cases),
        "models": {model: _rate(cases, model, confidence) for model in models},
        "against": {
            other: _compared(cases, of, other) for other in models if other != of and of in models
        },
    }


def _rate(cases: Sequence[Case], model: str, confidence: float) -> dict[str, Any]:
    """Return failures of one model, and their rate; it is None where no case was asked.

    `not_asked_because` is reason → cases.
    """
    reasons = Counter(str(why) for one in cases if (why := one.verdicts[model].reason))
    asked = [failed for case in cases if (failed := case.failed(model)) is not None]
    rate = proportion(sum(asked), len(asked), confidence).as_dict() if asked else None
    return {
        "failures": sum(asked),
        "asked": len(asked),
        "not_asked": len(cases) - len(asked),
        "not_asked_because": dict(sorted(reasons.items())),
        "rate": rate,
    }


def _compared(cases: Sequence[Case], of: str, other: str) -> dict[str, Any]:
    """Return two models on the cases that both were asked."""
    pairs = [
        (mine, theirs)
        for case in cases
        if (mine := case.failed(of)) is not None and (theirs := case.failed(other)) is not None
    ]
    only_of = sum(mine and not theirs for mine, theirs in pairs)
    only_other = sum(theirs and not mine for mine, theirs in pairs)
    return {
        "n": len(pairs),
        f"only_{of}_fails": only_of,
        f"only_{other}_fails": only_other,
        "difference": (only_of - only_other) / len(pairs) if pairs else None,
        "p": mcnemar(only_of, only_other),
    }
