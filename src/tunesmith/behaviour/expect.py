"""What one answer must be, whatever the others are: all conditions that are given must hold."""

import re
from collections.abc import Callable, Iterator
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from tunesmith.behaviour.answer import Answer
from tunesmith.behaviour.phrases import same_answer, says
from tunesmith.component import Component
from tunesmith.text.formats import parsed_json
from tunesmith.text.script import script_language

LABELS = ("label", "label_in", "likely")  # what a classifier is asked for; all else is text

NOT_FILLED = ("matches", "lang")


class Likely(Component):
    """How probable a label must be."""

    of: str
    at_least: float = Field(default=0.0, ge=0, le=1)
    at_most: float = Field(default=1.0, ge=0, le=1)

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        """Refuse what every answer meets, and what none does."""
        if not self.at_least <= self.at_most or (self.at_least, self.at_most) == (0, 1):
            raise ValueError(
                "give at_least above 0 or at_most below 1, the first not above the other"
            )
        return self

    def problems(self, answer: Answer) -> Iterator[str]:
        """Yield what is wrong with the probability."""
        found = answer.probability(self.of)
        if not self.at_least <= found <= self.at_most:
            yield f"the probability of {self.of} is {found:.2f}"


class Expect(Component):
    """Conditions of one answer; `{slot}` in them stands for what the template was filled with."""

    label: str | None = None  # exactly
    label_in: list[str] | None = Field(default=None, min_length=1)
    likely: Likely | None = None
    equals: str | None = None  # but for case, width, punctuation and spaces
    contains: list[str] = Field(default=[])  # each as whole words or numbers
    not_contains: list[str] = Field(default=[])
    matches: str | None = None  # a regular expression that is found in the answer
    lang: Literal["en", "zh"] | None = None  # by script
    json_: bool | None = Field(
        default=None, alias="json"
    )  # true: the answer is an object or array of JSON; false: it is not

    @field_validator("matches")
    @classmethod
    def _is_a_pattern(cls, matches: str | None) -> str | None:
        """Refuse what is no regular expression."""
        try:
            re.compile(matches or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return matches

    @field_validator("contains", "not_contains")
    @classmethod
    def _are_not_empty(cls, phrases: list[str]) -> list[str]:
        """Refuse empty phrases, which every answer contains."""
        if any(not phrase.strip() for phrase in phrases):
            raise ValueError("an empty phrase is in every answer")
        return phrases

    @model_validator(mode="after")
    def _is_something(self) -> Self:
        """Refuse an expectation that every answer meets."""
        if not self.given():
            known = ", ".join(one.alias or name for name, one in type(self).model_fields.items())
            raise ValueError(f"nothing is expected; give one or more of {known}")
        return self

    def given(self) -> dict[str, object]:
        """Return the conditions that are given, as they are written."""
        return self.model_dump(exclude_defaults=True, by_alias=True)

    def is_of_labels(self) -> bool:
        """True when only labels are asked for."""
        return set(self.given()) <= set(LABELS)

    def texts(self) -> list[str]:
        """Return the texts in which slots are filled."""
        found: list[str] = []

        def noted(text: str) -> str:
            found.append(text)
            return text

        self.filled(noted)
        return found

    def filled(self, fill: Callable[[str], str]) -> Self:
        """Return the expectation with `fill` applied to its texts, not to its pattern."""
        return type(self).model_validate(
            {key: _filled(key, value, fill) for key, value in self.given().items()}
        )

    def problems(self, answer: Answer) -> Iterator[str]:
        """Yield each condition that the answer does not meet, in words."""
        if self.label is not None and answer.label != self.label:
            yield f'the label is not "{self.label}"'
        if self.label_in is not None and answer.label not in self.label_in:
            yield f"the label is none of {', '.join(self.label_in)}"
        if self.likely is not None:
            yield from self.likely.problems(answer)
        yield from self._problems_of_text(answer.text)

    def _problems_of_text(self, text: str) -> Iterator[str]:
        """Yield the conditions of the text that are not met."""
        if self.equals is not None and not same_answer(text, self.equals):
            yield f'it is not "{self.equals}"'
        yield from (f'it lacks "{one}"' for one in self.contains if not says(text, one))
        yield from (f'it says "{one}"' for one in self.not_contains if says(text, one))
        if self.matches is not None and not re.search(self.matches, text):
            yield f"it does not match {self.matches}"
        if self.lang is not None and script_language(text) != self.lang:
            yield f"it is not written in {self.lang}"
        if self.json_ is not None and (parsed_json(text) is not None) != self.json_:
            yield "it is not JSON" if self.json_ else "it is JSON"


def _filled(key: str, value: object, fill: Callable[[str], str]) -> object:
    """Return a condition with its slots filled; `of` is the label of a probability."""
    if isinstance(value, dict):
        return {**value, **({"of": fill(value["of"])} if value.get("of") is not None else {})}
    if isinstance(value, list):
        return [fill(item) for item in value]
    return fill(value) if isinstance(value, str) and key not in NOT_FILLED else value
