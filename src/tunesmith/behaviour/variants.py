"""The variants of an original: what each must lead to, and which perturbations do not apply."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tunesmith.behaviour.dir import Dir
from tunesmith.behaviour.inv import Inv
from tunesmith.behaviour.originals import Chance, Original
from tunesmith.behaviour.perturbations import PERTURBATIONS
from tunesmith.behaviour.perturbations.given import Changed, Given
from tunesmith.behaviour.perturbations.mentions import mentions
from tunesmith.behaviour.rows import Asked, asking, question_of
from tunesmith.behaviour.template import Values, combinations, filler
from tunesmith.behaviour.written import Task
from tunesmith.text.script import script_language


class Made(NamedTuple):
    """The variants of one original, and the perturbations that gave none."""

    variants: list[Asked]
    not_applicable: list[str]


def variants(test: Inv | Dir, original: Original, task: Task, chance: Chance) -> Made:
    """Return the variants in the order written: own ones, varied slots, perturbations."""
    question = question_of(original.row)
    assert question is not None, "an original without a question is never taken"
    made = Made([], [])
    for text in original.variants:
        made.variants.append(_asked(test, original, task, text, original.values))
    for values in _varied(test, original, chance):
        assert test.template is not None, "only templates vary"
        text = filler(values)(test.template)
        made.variants.append(_asked(test, original, task, text, values))
    for name in test.perturb:
        found = list(_perturbed(test, original, name, question, task, chance))
        changed = {one.text: one for one in found}
        for text, one in changed.items():
            made.variants.append(_asked(test, original, task, text, original.values, name, one))
        if not changed:
            made.not_applicable.append(name)
    return made


def _varied(test: Inv | Dir, original: Original, chance: Chance) -> Iterator[Values]:
    """Yield the values of the slots where those of `vary` are others."""
    if not test.vary:
        return
    rng = chance(f"vary:{original.name}")
    lang = original.row["lang"]
    others = {name: test.fill[name] for name in test.vary}
    every = combinations(others, lang, 10_000, rng)
    fitting = [
        values
        for values in every
        if all(values[name] != original.values[name] for name in test.vary)
    ]
    for k in sorted(rng.permutation(len(fitting))[: test.times].tolist()):
        yield {**original.values, **fitting[k]}


def _perturbed(
    test: Inv | Dir, original: Original, name: str, question: str, task: Task, chance: Chance
) -> Iterator[Changed]:
    """Yield what one perturbation makes of a question, `times` at most."""
    lang = original.row["lang"]
    lang = lang if lang in ("en", "zh") else script_language(question)
    for turn in range(test.times):
        rng = chance(f"{name}:{turn}:{original.name}")
        answer = original.answer if task == "chat" else ""  # a label repeats nothing
        changed = PERTURBATIONS[name](question, Given(lang, rng, answer, tuple(test.keep)))
        if changed and changed.text != question and _can_be_judged(test, answer, task, changed):
            yield changed


def _can_be_judged(test: Inv | Dir, answer: str, task: Task, changed: Changed) -> bool:
    """Whether the right answer is known to follow a swap, or to be untouched by it.

    Where the right answer is known, a swap that must be carried has to stand in it, and one that
    must not change it has to be absent.
    """
    if not changed.swaps or not answer:
        return True
    stands = [mentions(answer, old) for old, _ in changed.swaps]
    if isinstance(test, Inv):
        same = test.same_for(task)
        return all(stands) if same == "answer_with_swap" else same == "label" or not any(stands)
    carried = test.expect is not None and bool(test.expect.carries_swap)
    return all(stands) if carried else True


def _asked(
    test: Inv | Dir,
    original: Original,
    task: Task,
    text: str,
    values: Values,
    name: str | None = None,
    changed: Changed | None = None,
) -> Asked:
    """Return the row of a variant."""
    expect = _expected(test, original, task, values)
    return Asked(asking(original.row, text), expect, name, changed.swaps if changed else ())


def _expected(test: Inv | Dir, original: Original, task: Task, values: Values) -> dict[str, Any]:
    """Return what a variant's answer must be, as its row carries it."""
    if isinstance(test, Inv):
        same: dict[str, Any] = {"same": test.same_for(task)}
        return same if test.tolerance is None else {**same, "tolerance": test.tolerance}
    expect = original.expect or test.expect
    assert expect is not None, "a DIR test expects something"
    return test.told(expect, values)
