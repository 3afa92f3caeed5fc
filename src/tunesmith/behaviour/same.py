"""What must stay between the answer to an original and to its variant."""

from collections.abc import Iterator
from typing import Literal

from tunesmith.behaviour.answer import Answer
from tunesmith.behaviour.change import ROUNDING, Swaps, carried
from tunesmith.behaviour.perturbations.mentions import swapped
from tunesmith.behaviour.phrases import same_answer

Same = Literal["label", "answer", "answer_with_swap"]


def differences(
    original: Answer, variant: Answer, same: Same, tolerance: float | None, swaps: Swaps
) -> Iterator[str]:
    """Yield how the variant's answer differs from the original's where it must not.

    Args:
        original: the answer to the text as it was.
        variant: the answer to the changed text.
        same: the label, the answer but for case and punctuation, or the answer with the new names
            or numbers in place of the old.
        tolerance: how far the probability of the original's label may move; None: anywhere.
        swaps: what was put in place of what.
    """
    if same == "label":
        if original.label != variant.label:
            yield f'the label went from "{original.label}" to "{variant.label}"'
    elif same == "answer":
        if not same_answer(original.text, variant.text):
            yield "the answer changed"
    else:
        yield from _differences_but_swaps(original, variant, swaps)
    if tolerance is not None:
        before, after = (one.probability(original.label) for one in (original, variant))
        if abs(after - before) > tolerance + ROUNDING:
            yield f"the probability of {original.label} went from {before:.2f} to {after:.2f}"


def _differences_but_swaps(original: Answer, variant: Answer, swaps: Swaps) -> Iterator[str]:
    """Yield the new names or numbers that are missing, and any other change."""
    missing = list(carried(variant, swaps))
    yield from missing
    pairs = [(old, new) for old, new in swaps]
    if not missing and not same_answer(swapped(original.text, pairs), variant.text):
        yield "the answer changed in more than what was swapped"
