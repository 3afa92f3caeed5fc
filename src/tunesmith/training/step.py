"""How many tokens an optimizer step has where no dial says it, and the ways to cut it into packs.

The step follows from the rows and the dials alone; only how it is cut follows from the memory. So a
small GPU takes the same steps as a large one, in more packs.
"""

from collections.abc import Iterator
from typing import NamedTuple

from tunesmith.training.batching import PACK_TOKENS, ROWS, STEPS
from tunesmith.training.memory import FEWEST_TOKENS

STEP_ROWS = 128  # of a step that grows, as Stanford Alpaca's and Tulu 3's have
LONGEST_TOKENS = 16_384  # of a pack: no longer one was seen to be faster, see docs/speed.md
PAYING_TOKENS = 4_096  # of a pack: before a shorter one, activations are computed twice


class Cut(NamedTuple):
    """One way to take a step.

    Attributes:
        tokens: of a pack.
        packs: that each process takes one after the other.
        checkpointing: activations are computed twice.
    """

    tokens: int
    packs: int
    checkpointing: bool


def step_tokens(total: int, rows: int, packs: int = 1, grows: bool = True) -> int:
    """Return the tokens of a step of all processes.

    As many as `packs` of 8,192 tokens hold; more, where one that `grows` still holds at most
    `STEP_ROWS` rows; fewer, where an epoch would have less than `STEPS` steps, but `ROWS` rows.

    Args:
        total: tokens of all rows.
        rows: how many.
        packs: of a step, in all processes, as the phase asks for.
        grows: the phase does not ask for a number of packs.
    """
    enough = max(ROWS * total // rows, total // STEPS)
    grown = min(STEP_ROWS * total // rows, LONGEST_TOKENS) if grows else 0
    return min(enough, max(packs * PACK_TOKENS, grown))


def cuts(
    step: int, longest: int, processes: int, checkpointing: bool, recomputes: bool
) -> list[Cut]:
    """Return the ways to take a step, the fastest first and the one with least memory last.

    Args:
        step: tokens of all processes.
        longest: tokens of the longest row; no row is cut.
        processes: that share the step.
        checkpointing: the phase asks for it.
        recomputes: the method can compute activations twice.
    """
    lengths = list(_lengths(step // processes, longest))
    least = min(PAYING_TOKENS, lengths[0][0])
    plain = [Cut(*one, False) for one in lengths if one[0] >= least]
    twice = [Cut(*one, True) for one in lengths]
    if checkpointing:
        return twice
    return plain + twice if recomputes else [Cut(*one, False) for one in lengths]


def _lengths(own: int, longest: int) -> Iterator[tuple[int, int]]:
    """Yield tokens and number of the packs that hold the tokens of one process, halved each time.

    Where half of a pack would not hold the longest row, the last one just does.
    """
    packs = 1
    while own // packs > max(LONGEST_TOKENS, longest):
        packs *= 2
    yield max(own // packs, longest), packs
    while own // (packs * 2) >= max(FEWEST_TOKENS, longest):
        packs *= 2
        yield own // packs, packs
    if own // packs > longest >= FEWEST_TOKENS:
        yield longest, -(-own // longest)
