"""Flags rows whose label a model that never saw them would not have given (cleanlab)."""

from collections import Counter
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from tunesmith.cleaners.base import Cleaner, Verdict, Verdicts
from tunesmith.errors import UserError
from tunesmith.fields import checked_field, field_of
from tunesmith.rows import Row, text_of, to_json, to_rows

FOLDS = 5
FEATURES = 50_000
EPOCHS = 5
LOOKED_AT_CHARS = 1_000  # a label can be told from the beginning


class LabelNoise(Cleaner):
    """Flag rows whose label cleanlab holds for an error; nothing is dropped or changed.

    Character 1- to 3-grams weighted by TF-IDF go into a logistic regression (averaged SGD), so
    Chinese needs no words. Its out-of-fold probabilities go to cleanlab's `find_label_issues`
    with the filter of that name (see https://arxiv.org/abs/1911.00068). The score is the
    probability of the likelier label, which must reach `confidence`. Labels with fewer than five
    rows are not judged.
    """

    kind: Literal["label_noise"] = "label_noise"
    column: Annotated[str, AfterValidator(checked_field)] = "label"
    confidence: Annotated[float, Field(ge=0, lt=1)] = 0.3
    filter: Literal["confident_learning", "prune_by_noise_rate", "both"] = "confident_learning"

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
        names, given = np.unique([labels[place] for place in judged], return_inverse=True)
        if len(names) < 2:
            return verdicts
        chances = _out_of_fold([text_of(records[place]) for place in judged], given, seed)
        for k in np.flatnonzero(self._doubtful(given, chances)):
            sure = float(chances[k].max())
            verdicts[judged[k]] = Verdict("flag", f"doubtful {self.column}", sure)
        return verdicts

    def compared(self, row: Row) -> Row:
        """Return the label and the beginning of the text."""
        label = field_of(row, self.column)
        seen: Row = {"task": "text", "text": text_of(row)[:LOOKED_AT_CHARS]}
        if self.column.startswith("meta."):
            return {**seen, "meta": to_json({self.column.removeprefix("meta."): label})}
        return {**seen, self.column: label}

    def _doubtful(
        self, given: NDArray[np.int64], chances: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Return, for each row, whether another label is likelier and cleanlab agrees."""
        from cleanlab.filter import find_label_issues

        likelier: NDArray[np.bool_] = (chances.argmax(axis=1) != given) & (
            chances.max(axis=1) >= self.confidence
        )
        if not likelier.any():
            return likelier
        issues = find_label_issues(given, chances, filter_by=self.filter, n_jobs=1)
        doubtful: NDArray[np.bool_] = np.logical_and(issues, likelier)
        return doubtful


def _judged(labels: list[str | None]) -> list[int]:
    """Return the rows whose label has enough rows to be learned."""
    counts = Counter(label for label in labels if label is not None)
    return [k for k, label in enumerate(labels) if label is not None and counts[label] >= FOLDS]


def _out_of_fold(texts: list[str], given: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Return, for each text, the probability of each label, learned from the other folds."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import SGDClassifier
    from sklearn.model_selection import StratifiedKFold

    grams = TfidfVectorizer(
        analyzer="char", ngram_range=(1, 3), max_features=FEATURES, sublinear_tf=True
    )
    matrix = grams.fit_transform([text[:LOOKED_AT_CHARS] for text in texts])
    chances = np.zeros((len(texts), given.max() + 1))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for train, held_out in folds.split(matrix, given):
        model = SGDClassifier(
            loss="log_loss", alpha=1e-5, max_iter=EPOCHS, tol=None, average=True, random_state=seed
        )
        chances[held_out] = model.fit(matrix[train], given[train]).predict_proba(matrix[held_out])
    return chances
