"""The cases of behavioural tests with every model's answers and verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from tunesmith.behaviour.answer import Answer, to_answer
from tunesmith.behaviour.judge import Verdict, judge
from tunesmith.behaviour.rows import behaviour_of
from tunesmith.errors import UserError
from tunesmith.rows import Row

Predictions: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Any]]]  # model → row id → a line


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

    @property
    def lang(self) -> str:
        """The language of the case."""
        return self.rows[0]["lang"] or "und"

    @property
    def variants(self) -> int:
        """How many rows there are beside the original."""
        return len(self.rows) - 1

    def failed(self, model: str) -> bool | None:
        """Whether a model fails the case; None where it is not asked."""
        status = self.verdicts[model].status
        return None if status == "not_asked" else status == "failed"


def gathered(rows: Sequence[Row], predictions: Predictions) -> list[Case]:
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
