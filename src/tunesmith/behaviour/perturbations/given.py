"""What a perturbation is given beside the text, and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np


@dataclass(frozen=True)
class Given:
    """What a perturbation may know.

    Attributes:
        lang: of the text, en or zh; others are perturbed only where language plays no part.
        rng: the source of chance.
        answer: the right answer, where there is one: words that it repeats keep their spelling.
        keep: phrases that stay as they are.
    """

    lang: str
    rng: np.random.Generator
    answer: str = ""
    keep: tuple[str, ...] = ()


class Changed(NamedTuple):
    """A perturbed text, and which names or numbers were put in place of which."""

    text: str
    swaps: tuple[tuple[str, str], ...] = ()


Perturbation: TypeAlias = Callable[[str, Given], Changed | None]  # None: it does not apply
