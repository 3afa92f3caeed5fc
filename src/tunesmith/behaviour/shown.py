"""Cases in words: those that a model fails, and one line a case and model."""

from collections.abc import Sequence
from typing import Any

from tunesmith.behaviour import CHAMPION
from tunesmith.behaviour.cases import Case
from tunesmith.behaviour.rows import question_of

MOST_SHOWN = 5


def failing_cases(cases: Sequence[Case], of: str) -> list[dict[str, Any]]:
    """Return up to five cases that the candidate fails, those first that the champion passes."""
    failing = [case for case in cases if of in case.answers and case.failed(of)]
    failing.sort(key=lambda case: CHAMPION in case.answers and case.failed(CHAMPION) is not False)
    return [_texts(case, of) for case in failing[:MOST_SHOWN]]


def _texts(case: Case, of: str) -> dict[str, Any]:
    """Return the texts of a failing case: its original, and the first variant that fails."""
    number, why = min(case.verdicts[of].wrong.items())
    return {
        "case": case.told[0]["case"],
        "id": case.rows[number]["id"],
        "original": question_of(case.rows[0]),
        "variant": question_of(case.rows[number]) if number else None,
        "perturbation": case.told[number]["perturbation"],
        "expect": case.told[number]["expect"],
        "swaps": case.told[number]["swaps"],
        "why": why,
        "failing_variants": len(case.verdicts[of].wrong),
        "answers": {
            model: {
                "original": answers[0].text,
                "variant": answers[number].text if number else None,
                "status": case.verdicts[model].status,
            }
            for model, answers in sorted(case.answers.items())
        },
    }


def case_lines(case: Case) -> list[dict[str, Any]]:
    """Return a line for each model."""
    told = case.told[0]
    return [
        {
            "test": told["test"],
            "case": told["case"],
            "kind": told["kind"],
            "capability": told["capability"],
            "lang": case.lang,
            "source": case.rows[0]["source"],
            "id": case.rows[0]["id"],
            "model": model,
            "status": verdict.status,
            "variants": case.variants,
            "failing_variants": len(verdict.wrong),
            "why": verdict.wrong[min(verdict.wrong)] if verdict.wrong else verdict.reason,
        }
        for model, verdict in sorted(case.verdicts.items())
    ]
