"""How near an answer's text is to the reference's, as vectors."""

from functools import lru_cache
from typing import Any

import numpy as np

from tunesmith.answers import Answers
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
        from tunesmith.text.vectors import to_vectors

        fitted = _fitted(tuple(answers.references))
        if fitted is None:
            return _equal(answers)
        vectors, expected = fitted
        predicted = to_vectors(vectors, list(answers.predictions))
        cosine = np.asarray(predicted.multiply(expected).sum(axis=1)).ravel()
        score: Floats = np.fmax(np.minimum(cosine, 1.0), _equal(answers))
        return score

    def signature(self, answers: Answers) -> str | None:  # noqa: ARG002
        """Return what makes the vectors."""
        import sklearn

        library = f"scikit-learn:{sklearn.__version__}"
        return f"encoder:characters|ngrams:2-4|weights:references|{library}"


@lru_cache(maxsize=1)
def _fitted(references: tuple[str, ...]) -> tuple[Any, Any] | None:
    """Return what makes vectors, and those of the references; None if they have no n-gram."""
    from tunesmith.text.vectors import fit_vectors, to_vectors

    try:
        vectors = fit_vectors(list(references))
    except ValueError:
        return None
    return vectors, to_vectors(vectors, list(references))


def _equal(answers: Answers) -> Floats:
    """Return (N,) 1 where prediction and reference are the same text, else 0."""
    pairs = zip(answers.predictions, answers.references, strict=True)
    return np.array([trimmed(one) == trimmed(other) for one, other in pairs], dtype=np.float64)
