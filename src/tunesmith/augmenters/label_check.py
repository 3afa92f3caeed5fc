"""Asks a plain classifier, which has not seen the parent, whether a made row holds its label."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tunesmith.files import sha256_text
from tunesmith.rows import Row, text_of

FOLDS = 3
FEWEST_ROWS = 30


@dataclass(frozen=True)
class LabelCheck:
    """One classifier for each fold, trained on the rows of the other folds."""

    texts: dict[str, str]  # id of a parent → its text
    models: list[Any]
    seed: int

    @classmethod
    def fit(cls, rows: Sequence[Row], seed: int) -> Self | None:
        """Return the check; None where there are too few labelled rows to learn from."""
        own = [row for row in rows if row["task"] == "classification" and row["label"] is not None]
        folds = [_fold(row["id"], seed) for row in own]
        parts = [[r for r, f in zip(own, folds, strict=True) if f != k] for k in range(FOLDS)]
        if len(own) < FEWEST_ROWS or any(len({r["label"] for r in p}) < 2 for p in parts):
            return None
        models = [_fitted([text_of(r) for r in p], [str(r["label"]) for r in p]) for p in parts]
        return cls({row["id"]: text_of(row) for row in own}, models, seed)

    def fallen(self, rows: Sequence[Row]) -> dict[int, float]:
        """Return, by position, how far the label's probability fell from parent to child."""
        fallen: dict[int, float] = {}
        for fold, model in enumerate(self.models):
            places = [
                place
                for place, row in enumerate(rows)
                if row["parent"] in self.texts and _fold(row["parent"], self.seed) == fold
            ]
            if places:
                labels = [str(rows[place]["label"]) for place in places]
                parents = [self.texts[rows[place]["parent"]] for place in places]
                before = _probability(model, parents, labels)
                after = _probability(model, [text_of(rows[place]) for place in places], labels)
                fallen |= dict(zip(places, (before - after).tolist(), strict=True))
        return fallen


def _fold(id_: str, seed: int) -> int:
    """Return the fold of a row."""
    return int(sha256_text(f"{seed}:fold:{id_}")[:8], 16) % FOLDS


def _fitted(texts: list[str], labels: list[str]) -> Any:
    """Return a logistic regression on character 1- to 3-grams, right for either language."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    vectors = TfidfVectorizer(
        analyzer="char", ngram_range=(1, 3), max_features=30_000, sublinear_tf=True
    )
    return make_pipeline(vectors, LogisticRegression(C=10, max_iter=200)).fit(texts, labels)


def _probability(model: Any, texts: list[str], labels: list[str]) -> NDArray[np.float64]:
    """Return the probability of each text's label; 0 for a label that was not learnt."""
    column = {label: place for place, label in enumerate(model.classes_)}
    found = model.predict_proba(texts)
    return np.array(
        [
            row[column[label]] if label in column else 0.0
            for row, label in zip(found, labels, strict=True)
        ]
    )
