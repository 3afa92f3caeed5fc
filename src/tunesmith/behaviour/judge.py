"""Decides whether one model fails a case: it fails if any of its variants does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tunesmith.behaviour.answer import Answer
from tunesmith.behaviour.change import Change
from tunesmith.behaviour.expect import Expect
from tunesmith.behaviour.same import differences

NOT_THE_ORIGINAL = "the answer to the original is not what only_if asks for"
Status = Literal["passed", "failed", "not_asked"]


@dataclass(frozen=True)
class Verdict:
    """Whether a case failed, and what is wrong with each variant that did.

    `not_asked`: the original's answer was not what `only_if` asks for, or leaves no room to move,
    so the case says nothing.
    """

    status: Status
    wrong: Mapping[int, str]  # variant → in words; 0 is the original
    reason: str | None = None  # of a case that is not asked


def judge(told: Sequence[Mapping[str, Any]], answers: Sequence[Answer]) -> Verdict:
    """Return the verdict of one case.

    Args:
        told: what each row's meta says of its test, the original first.
        answers: one model's, in the same order.
    """
    kind, original = told[0]["kind"], answers[0]
    if kind == "MFT":
        wrong = {0: _sentence(Expect.model_validate(told[0]["expect"]).problems(original))}
    else:
        reasons = {k: _why_not_asked(kind, told, k, original) for k in range(1, len(told))}
        asked = [k for k, reason in reasons.items() if reason is None]
        if not asked:
            return Verdict("not_asked", {}, next(iter(reasons.values()), None))
        wrong = {k: _sentence(_problems(kind, told[k], original, answers[k])) for k in asked}
    wrong = {k: text for k, text in wrong.items() if text}
    return Verdict("failed" if wrong else "passed", wrong)


def _why_not_asked(
    kind: str, told: Sequence[Mapping[str, Any]], k: int, original: Answer
) -> str | None:
    """Return why the answer to the original lets a variant say nothing, or None."""
    only_if = told[0]["expect"].get("only_if")
    if only_if is not None and any(Expect.model_validate(only_if).problems(original)):
        return NOT_THE_ORIGINAL
    return (
        Change.model_validate(told[k]["expect"]).why_not_asked(original) if kind == "DIR" else None
    )


def _problems(kind: str, told: Mapping[str, Any], original: Answer, variant: Answer) -> Any:
    """Return what is wrong with a variant's answer."""
    expect, swaps = told["expect"], told["swaps"]
    if kind == "INV":
        return differences(original, variant, expect["same"], expect.get("tolerance"), swaps)
    return Change.model_validate(expect).problems_between(original, variant, swaps)


def _sentence(problems: Any) -> str:
    """Return problems as one text."""
    return "; ".join(problems)
