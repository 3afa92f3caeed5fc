"""What every behavioural test has as it is written: its name, what it is about, what it asks."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Literal, Self, TypeAlias

from pydantic import Field, PositiveInt, field_validator, model_validator

from tunesmith.behaviour.expect import Expect
from tunesmith.behaviour.perturbations import MEANING, PERTURBATIONS
from tunesmith.behaviour.template import Listed, Values, check_slots, filler, slots_of
from tunesmith.component import Component
from tunesmith.fields import Conditions, checked_conditions

Kind = Literal["MFT", "INV", "DIR"]
Task = Literal["chat", "classification"]
MOST = 100  # cases of a template, unless it says otherwise


class Turn(Component):
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


Prompt: TypeAlias = str | list[Turn]  # a text is one user message, or what is classified


class WrittenCase(Component):
    """One prompt; kinds of tests add what is expected of it."""

    prompt: Prompt
    name: str | None = None  # in reports; null: its number
    lang: str | None = None

    @field_validator("prompt")
    @classmethod
    def _ends_with_the_user(cls, prompt: Prompt) -> Prompt:
        """Refuse a prompt that asks nothing."""
        if isinstance(prompt, str):
            if not prompt.strip():
                raise ValueError("an empty prompt asks nothing")
        elif not prompt or prompt[-1].role != "user":
            raise ValueError("the last message of a prompt is the user's")
        return prompt


class Written(Component):
    """A behavioural test: one line of a file."""

    test: str = Field(min_length=1)  # its name, which no other test has
    kind: Kind
    capability: str = Field(min_length=1)  # Negation, Robustness, NER …
    description: str | None = None
    lang: str | None = None  # of its prompts; null: by script, or that of the test row
    task: Task | None = None  # null: labels are asked of classifiers, words of chat models
    where: Conditions = Field(default={})  # without a test row that meets it, the test is left out
    prompt: Prompt | None = None
    template: str | None = None
    fill: dict[str, Listed] = Field(default={})
    most: PositiveInt = MOST  # cases of a template
    from_: Literal["test"] | None = Field(default=None, alias="from")  # prompts are test rows
    rows: PositiveInt = 50  # of them, at most

    @field_validator("where")
    @classmethod
    def _are_fields(cls, where: Conditions) -> Conditions:
        """Refuse a name that no row can have."""
        return checked_conditions(where)

    @field_validator("prompt")
    @classmethod
    def _asks(cls, prompt: Prompt | None) -> Prompt | None:
        """Refuse a prompt that asks nothing."""
        return None if prompt is None else WrittenCase(prompt=prompt).prompt

    @field_validator("fill")
    @classmethod
    def _are_filled(cls, fill: dict[str, Listed]) -> dict[str, Listed]:
        """Refuse a slot without values."""
        for name, values in fill.items():
            if not values:
                raise ValueError(f'nothing to put in the slot "{name}"')
        return fill

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        """Refuse no or several sources of prompts, and slots that nothing fills."""
        given = [name for name, value in self.sources().items() if value]
        if len(given) != 1:
            ways = ", ".join(self.sources())
            raise ValueError(f"give exactly one of {ways}; here: {', '.join(given) or 'none'}")
        named = [case.name or str(k) for k, case in enumerate(self.written_cases(), start=1)]
        if len(named) != len(set(named)):
            raise ValueError("cases: two have the same name; leave `name` out to number them")
        if self.template is None and self.fill:
            raise ValueError("fill: only a template has slots")
        if self.template is not None:
            self._check_slots(self.template)
        return self

    def _check_slots(self, template: str) -> None:
        """Refuse slots without values, values without a slot, and slots where none is filled."""
        texts = [template, *(text for one in self.with_slots() for text in one.texts())]
        for text in texts:
            check_slots(text, self.fill)
        used = {name for text in texts for name, _ in slots_of(text)}
        for name in self.fill:
            if name not in used:
                raise ValueError(f'fill: no "{{{name}}}" in the template, so nothing is filled')
        for name, _ in slots_of(" ".join(one.matches or "" for one in self.with_slots())):
            if name in self.fill:
                raise ValueError(
                    f'matches: a pattern is not filled; write "{{{name}}}" in contains or equals'
                )

    def sources(self) -> dict[str, Any]:
        """Return where prompts can come from: name → what is given."""
        written = getattr(self, "cases", None)
        return {
            "prompt": self.prompt,
            "cases": written,
            "template": self.template,
            "from": self.from_,
        }

    def with_slots(self) -> list[Expect]:
        """Return what is expected with the slots of the template in it."""
        return []

    def told(self, expect: Expect, values: Values) -> dict[str, object]:
        """Return what is expected as a row carries it, filled as the template is."""
        filled = expect if self.template is None else expect.filled(filler(values))
        return filled.given()

    @abstractmethod
    def written_cases(self) -> Sequence[WrittenCase]:
        """Return the prompts that are written out."""

    @abstractmethod
    def asked_of(self) -> Task | None:
        """Return the task that the test is for, None for any."""


class Changing(Written):
    """A test of an original beside variants of it."""

    perturb: list[str] = Field(default=[])
    times: PositiveInt = 1  # variants of each perturbation, and of each varied template
    variants: list[str] = Field(default=[])  # of `prompt`
    vary: list[str] = Field(default=[])  # slots of the template whose values differ in a variant
    keep: list[str] = Field(default=[])  # phrases that no perturbation touches
    only_if: Expect | None = None  # the case counts only if the original's answer is so

    @field_validator("perturb")
    @classmethod
    def _are_known(cls, names: list[str]) -> list[str]:
        """Refuse a perturbation that there is not."""
        for name in names:
            if name not in PERTURBATIONS:
                known = ", ".join(sorted(PERTURBATIONS))
                raise ValueError(f'no perturbation "{name}"; known: {known}')
        return names

    @field_validator("keep", "variants")
    @classmethod
    def _are_not_empty(cls, phrases: list[str]) -> list[str]:
        """Refuse empty texts."""
        if any(not phrase.strip() for phrase in phrases):
            raise ValueError("an empty text")
        return phrases

    def with_slots(self) -> list[Expect]:
        """See `Written`."""
        return [self.only_if] if self.only_if else []

    @model_validator(mode="after")
    def _has_variants(self) -> Self:
        """Refuse a test without variants, and variants of what is not there."""
        for case in self.written_cases():
            if case.prompt in getattr(case, "variants", ()):
                raise ValueError(f"variants: {case.prompt!r} is the prompt itself")
        if self.variants and self.prompt is None:
            raise ValueError("variants: they belong to `prompt`, or into each of `cases`")
        unknown = [name for name in self.vary if name not in self.fill]
        if unknown:
            known = ", ".join(sorted(self.fill)) or "none"
            raise ValueError(f'vary: no slot "{unknown[0]}" in fill; fill has: {known}')
        asked = {name for name, _ in slots_of(self.template or "")}
        unasked = [name for name in self.vary if name not in asked]
        if unasked:
            raise ValueError(
                f'vary: no "{{{unasked[0]}}}" in the template, so its variants would be the same'
            )
        short = [name for name in self.vary if len(self.fill[name]) < 2]
        if short:
            raise ValueError(f'vary: "{short[0]}" has one value only, so nothing varies')
        written = all(getattr(case, "variants", None) for case in self.written_cases())
        if not (self.perturb or self.vary or (written and self.written_cases())):
            raise ValueError("no variant: give perturb, variants, or vary with a template")
        return self


def refuse_meaning(names: list[str]) -> list[str]:
    """Refuse perturbations that change what is meant where the answer must stay.

    Raises:
        ValueError: names the first.
    """
    for name in names:
        if name in MEANING:
            raise ValueError(f'"{name}" changes the meaning; test it with kind DIR')
    return names
