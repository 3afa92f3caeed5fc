"""Mine: rows of the pool that are like the failures, unlike train, and unlike one another."""

from typing import ClassVar, Literal

from pydantic import Field

from tunesmith.proposals.diverse import each_language
from tunesmith.proposals.given import is_answered
from tunesmith.proposals.maker import Bench, Candidate, Made, Maker, nearness
from tunesmith.proposals.target import Target
from tunesmith.rows import Row, prompt_text

SPARES = 2  # rows picked for each that is wanted


class Mine(Maker):
    """Propose rows of `data/pool`; those without an answer need one.

    The score is nearness to the failures of the slice × `news`: what train does not know of the
    question and, of a classification, how unsure a plain classifier is. Rows are then picked that
    are unlike one another, each language for itself.
    """

    kind: Literal["mine"] = "mine"
    is_fresh: ClassVar[bool] = True
    diversity: float = Field(default=0.5, ge=0, le=1)  # what likeness to a picked row takes off

    def __call__(self, target: Target, bench: Bench, wanted: int) -> Made:
        """See `Maker`."""
        if not bench.pool or not wanted:
            return Made([])
        scores = nearness(target, bench.pool, bench) * bench.news
        vectors = bench.space.vectors([prompt_text(row) for row in bench.pool])
        picked = each_language(bench.pool, vectors, scores, SPARES * wanted, self.diversity)
        return Made([_candidate(bench.pool[place], float(scores[place])) for place in picked])


def _candidate(row: Row, score: float) -> Candidate:
    """Return the candidate of a row of the pool."""
    return Candidate(row, score, None if is_answered(row) else "answer")
