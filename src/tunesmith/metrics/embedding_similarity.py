"""How near an answer's text is to the reference's, as vectors."""

from functools import lru_cache

import numpy as np

from tunesmith.answers import Answers
from tunesmith.metrics.gram_vectors import GramVectors
from tunesmith.metrics.metric import RowMean
from tunesmith.metrics.tokens import trimmed
from tunesmith.stats.resample import Floats


class EmbeddingSimilarity(RowMean):
    """Mean cosine of prediction and reference as TF-IDF vectors of character 2- to 4-grams.

    It needs no model and takes every language; alike means alike in letters, not in meaning.
    The weights are those of the references, so that every model is measured by the same ones;
    all numbers are alike. A text without any n-gram of the references is unlike all but itself.
    """

    name = "embedding_similarity"
    title = "Similarity (characters)"

    def scores(self, answers: Answers) -> Floats:
        """Return (N,) from 0 to 1."""
        vectors = _fitted(tuple(answers.references))
        cosine = np.asarray(vectors(answers.predictions).multiply(vectors.own).sum(axis=1)).ravel()
        score: Floats = np.fmax(np.minimum(cosine, 1.0), _equal(answers))
        return score

    def signature(self, answers: Answers) -> str | None:  # noqa: ARG002
        """Return what makes the vectors."""
        return "encoder:characters|ngrams:2-4|weights:references"


@lru_cache(maxsize=1)
def _fitted(references: tuple[str, ...]) -> GramVectors:
    """Return what makes vectors: the same of every model."""
    return GramVectors(references)


def _equal(answers: Answers) -> Floats:
    """Return (N,) 1 where prediction and reference are the same text, else 0."""
    pairs = zip(answers.predictions, answers.references, strict=True)
    return np.array([trimmed(one) == trimmed(other) for one, other in pairs], dtype=np.float64)
