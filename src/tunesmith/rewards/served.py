"""A reward that a model behind an address gives, as a number in its reply."""

import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from tunesmith.endpoints.endpoint import Endpoint
from tunesmith.endpoints.replies import Replies
from tunesmith.endpoints.thoughts import without_thoughts
from tunesmith.errors import UserError
from tunesmith.rewards.base import Answer, Place, Reward, Scorer
from tunesmith.rows import Message

REPLIES = "replies.jsonl"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
QUESTION = (
    "How good is this answer, from {lowest} (useless) to {highest} (could not be better)? "
    "Reply with the number only.\n\nQuestion:\n{prompt}\n\nAnswer:\n{answer}"
)


class Served(Reward):
    """The grade that a served model gives an answer, brought to 0 … 1."""

    kind: Literal["served"] = "served"
    endpoint: Endpoint
    question: str = QUESTION  # may hold {prompt}, {answer}, {lowest} and {highest}
    lowest: float = 0
    highest: float = 10
    unknown: float = Field(0.0, ge=0, le=1)  # for a reply without a number within these bounds

    @field_validator("question")
    @classmethod
    def _shows_the_answer(cls, question: str) -> str:
        """Refuse a question that does not show what is graded."""
        if "{answer}" not in question:
            raise ValueError("the answer is missing; write {answer} where it shall stand")
        return question

    @model_validator(mode="after")
    def _has_a_scale(self) -> "Served":
        """Refuse bounds in the wrong order."""
        if self.lowest >= self.highest:
            raise ValueError(f"lowest: {self.lowest} has to be below highest, {self.highest}")
        return self

    def scorer(self, place: Place) -> Scorer:
        """Return what asks; a reply is kept, so that a run that goes on asks nothing twice."""
        journal = place.work / REPLIES
        replies = Replies.read(journal, journal)

        def score(answers: list[Answer]) -> list[float]:
            requests = [self._request(answer) for answer in answers]
            found = self.endpoint.replies(requests, [place.seed] * len(answers), replies)
            grades = [self._grade(reply) for reply in found]
            if all(grade is None for grade in grades):
                raise UserError(
                    f"rewards: {self.endpoint.model} gave none of {len(answers)} answers a number "
                    f"from {self.lowest:g} to {self.highest:g}; change `question`"
                )
            return [self.unknown if grade is None else grade for grade in grades]

        return score

    def _request(self, answer: Answer) -> list[Message]:
        """Return what is asked about one answer."""
        asked = "\n".join(message["content"] or "" for message in answer.prompt)
        words = {"{lowest}": f"{self.lowest:g}", "{highest}": f"{self.highest:g}"}
        words |= {"{prompt}": asked, "{answer}": answer.text}
        text = re.sub("|".join(map(re.escape, words)), lambda m: words[m[0]], self.question)
        return [{"role": "user", "content": text}]

    def _grade(self, reply: str | None) -> float | None:
        """Return the grade in a reply, from 0 to 1, or None."""
        found = NUMBER.search(without_thoughts(reply or ""))
        grade = float(found[0]) if found else self.lowest - 1
        if not self.lowest <= grade <= self.highest:
            return None
        return (grade - self.lowest) / (self.highest - self.lowest)
