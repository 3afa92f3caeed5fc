"""Scores behavioural tests from predictions: failure rates, the models compared, failing cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tunesmith.behaviour.answer import Answer, to_answer
from tunesmith.behaviour.judge import Verdict, judge
from tunesmith.behaviour.rows import behaviour_of, question_of
from tunesmith.errors import UserError
from tunesmith.rows import Row
from tunesmith.stats.mcnemar import mcnemar
from tunesmith.stats.score import proportion

CANDIDATE, CHAMPION = "candidate", "champion"
MOST_SHOWN = 5
HOW = "a case fails if any of its variants fails; not_asked: the original's answer decides nothing"

Predictions = Mapping[str, Mapping[str, Mapping[str, Any]]]  # model → row id → prediction, scores


@dataclass(frozen=True)
class Case:
    """The rows of one case with every model's answers and verdict."""

    rows: Sequence[Row]  # the original first
    told: Sequence[Mapping[str, Any]]
    answers: Mapping[str, Sequence[Answer]]

    @cached_property
    def verdicts(self) -> Mapping[str, Verdict]:
        """Return each model's verdict.

        Raises:
            UserError: a model has no probability that the test asks for.
        """
        found = {}
        for model, answers in self.answers.items():
            try:
                found[model] = judge(self.told, answers)
            except UserError as error:
                raise UserError(f"{self.rows[0]['source']}: {model}: {error}") from None
        return found

    def failed(self, model: str) -> bool | None:
        """Whether a model fails the case; None where it is not asked."""
        status = self.verdicts[model].status
        return None if status == "not_asked" else status == "failed"


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
    cases = _gathered(rows, predictions)
    tests: dict[str, list[Case]] = {}
    groups: dict[str, list[Case]] = {}
    for case in cases:
        told = case.told[0]
        tests.setdefault(told["test"], []).append(case)
        key = f"{told['capability']}/{told['kind']}/{_lang(case)}"
        groups.setdefault(key, []).append(case)
    return {
        "confidence": confidence,
        "how": HOW,
        "models": sorted(predictions),
        "tests": {
            name: {**_about(part), **_scored(part, confidence, of), "failing": _shown(part, of)}
            for name, part in sorted(tests.items())
        },
        "groups": {key: _scored(part, confidence, of) for key, part in sorted(groups.items())},
        "per_case": [line for case in cases for line in _lines(case)],
    }


def _gathered(rows: Sequence[Row], predictions: Predictions) -> list[Case]:
    """Return the cases by test and first appearance, each with all answers."""
    found: dict[tuple[str, str], list[tuple[Mapping[str, Any], Row]]] = {}
    for row in rows:
        told = behaviour_of(row)
        found.setdefault((told["test"], told["case"]), []).append((told, row))
    cases = []
    for _, members in sorted(found.items(), key=lambda item: item[0][0]):
        members.sort(key=lambda member: member[0]["variant"])
        own = [row for _, row in members]
        answers = {
            model: [_answer(row, model, lines) for row in own]
            for model, lines in predictions.items()
        }
        cases.append(Case(own, [told for told, _ in members], answers))
    return cases


def _answer(row: Row, model: str, lines: Mapping[str, Mapping[str, Any]]) -> Answer:
    """Return a model's answer to a row."""
    if row["id"] not in lines:
        raise UserError(
            f"{row['source']}: {model} has no prediction of row {row['id']}; predict again on the "
            "present rows (`dvc repro`)"
        )
    return to_answer(lines[row["id"]])


def _about(cases: Sequence[Case]) -> dict[str, Any]:
    """Return what a test is."""
    told = cases[0].told[0]
    return {
        "kind": told["kind"],
        "capability": told["capability"],
        "langs": sorted({_lang(case) for case in cases}),
        "source": cases[0].rows[0]["source"],
        "perturbations": sorted(
            {one["perturbation"] for case in cases for one in case.told if one["perturbation"]}
        ),
    }


def _lang(case: Case) -> str:
    """Return the language of a case."""
    return case.rows[0]["lang"] or "und"


def _scored(cases: Sequence[Case], confidence: float, of: str) -> dict[str, Any]:
    """Return the numbers of some cases."""
    models = sorted(cases[0].answers)
    return {
        "cases": len(cases),
        "variants": sum(max(len(case.rows) - 1, 0) for case in cases),
        "models": {model: _rate(cases, model, confidence) for model in models},
        "against": {
            other: _compared(cases, of, other) for other in models if other != of and of in models
        },
    }


def _rate(cases: Sequence[Case], model: str, confidence: float) -> dict[str, Any]:
    """Return failures of one model, and their rate; it is None where no case was asked."""
    asked = [failed for case in cases if (failed := case.failed(model)) is not None]
    rate = proportion(sum(asked), len(asked), confidence).as_dict() if asked else None
    return {
        "failures": sum(asked),
        "asked": len(asked),
        "not_asked": len(cases) - len(asked),
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


def _shown(cases: Sequence[Case], of: str) -> list[dict[str, Any]]:
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


def _lines(case: Case) -> list[dict[str, Any]]:
    """Return a line for each model."""
    told = case.told[0]
    return [
        {
            "test": told["test"],
            "case": told["case"],
            "kind": told["kind"],
            "capability": told["capability"],
            "lang": _lang(case),
            "source": case.rows[0]["source"],
            "id": case.rows[0]["id"],
            "model": model,
            "status": verdict.status,
            "variants": max(len(case.rows) - 1, 0),
            "failing_variants": len(verdict.wrong),
            "why": verdict.wrong[min(verdict.wrong)] if verdict.wrong else None,
        }
        for model, verdict in sorted(case.verdicts.items())
    ]
