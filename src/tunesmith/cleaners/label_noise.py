"""Flags rows whose label a model that never saw them would not have given."""

from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from tunesmith.cleaners.base import Cleaner, Verdict, Verdicts
from tunesmith.errors import UserError
from tunesmith.fields import checked_field, field_of
from tunesmith.rows import text_of, to_rows

FOLDS = 5
FEATURES = 50_000


class LabelNoise(Cleaner):
    """Flag rows that out-of-fold predictions contradict; nothing is dropped or changed.

    Character 1- to 3-grams weighted by TF-IDF go into a logistic regression, so Chinese needs no
    words. A row is flagged if another label gets at least `confidence` (its score). Labels with
    fewer than five rows are not judged.
    """

    kind: Literal["label_noise"] = "label_noise"
    column: Annotated[str, AfterValidator(checked_field)] = "label"
    confidence: Annotated[float, Field(gt=0, lt=1)] = 0.5

    def __call__(self, rows: pd.DataFrame, seed: int) -> Verdicts:
        """Return a flag for each doubtful label.

        Raises:
            UserError: no row has the column.
        """
        records = to_rows(rows)
        labels = [field_of(row, self.column) for row in records]
        if records and not any(label is not None for label in labels):
            raise UserError(
                f"params.yaml: clean: label_noise: no row has {self.column}; name another column"
            )
        verdicts: Verdicts = [None] * len(records)
        judged = _judged(labels)
        if len({labels[place] for place in judged}) < 2:
            return verdicts
        texts = [text_of(records[place]) for place in judged]
        given = np.array([labels[place] for place in judged])
        best, score = _out_of_fold(texts, given, seed)
        for place, guess, sure, label in zip(judged, best, score, given, strict=True):
            if guess != label and sure >= self.confidence:
                verdicts[place] = Verdict("flag", f"doubtful {self.column}", float(sure))
        return verdicts


def _judged(labels: list[str | None]) -> list[int]:
    """Return the rows whose label has enough rows to be learned."""
    counts = pd.Series(labels, dtype=object).value_counts()
    frequent = set(counts[counts >= FOLDS].index)
    return [place for place, label in enumerate(labels) if label in frequent]


def _out_of_fold(
    texts: list[str], labels: NDArray[Any], seed: int
) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Return the likeliest label of each text and its probability, from the other folds."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    grams = TfidfVectorizer(
        analyzer="char", ngram_range=(1, 3), max_features=FEATURES, sublinear_tf=True
    )
    matrix = grams.fit_transform(texts)
    best = np.empty(len(texts), dtype=object)
    score = np.zeros(len(texts))
    for train, held_out in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(
        matrix, labels
    ):
        model = LogisticRegression(C=10, max_iter=200).fit(matrix[train], labels[train])
        chances = model.predict_proba(matrix[held_out])
        best[held_out] = model.classes_[chances.argmax(axis=1)]
        score[held_out] = chances.max(axis=1)
    return best, score
