"""Train rows by how near their questions are: what the model could have learned an answer from."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tunesmith.rows import prompt_text, reference_of, to_rows
from tunesmith.text.vectors import fit_vectors, to_vectors

if TYPE_CHECKING:
    import pandas as pd

MOST_TRAIN = 20_000
STEP = 256  # texts that are compared at once


class Neighbours(NamedTuple):
    """For each text its nearest train rows, the nearest first: places and likeness, 0 to 1."""

    places: NDArray[np.int64]
    likeness: NDArray[np.float64]


class TrainSpace:
    """Train rows under TF-IDF of character n-grams, which works for Chinese and English alike.

    Args:
        train: train rows; of more than 20,000 a sample is taken.
        seed: of the sample.
    """

    def __init__(self, train: "pd.DataFrame", seed: int) -> None:
        if len(train) > MOST_TRAIN:
            train = train.sample(MOST_TRAIN, random_state=seed).sort_index()
        self.rows = train.reset_index(drop=True)
        records = to_rows(self.rows)
        self.ids = [str(row["id"]) for row in records]
        self.prompts = [prompt_text(row) for row in records]
        self.answers = [reference_of(row) for row in records]
        self._vectors: Any = None
        self._matrix: Any = None
        if any(text.strip() for text in self.prompts):
            self._vectors = fit_vectors(self.prompts)
            self._matrix = to_vectors(self._vectors, self.prompts)

    def __len__(self) -> int:
        return len(self.ids) if self._vectors is not None else 0

    def nearest(self, texts: list[str], count: int) -> Neighbours:
        """Return the `count` nearest train rows of each text, fewer where there are fewer."""
        count = min(count, len(self))
        if not texts or not count:
            return Neighbours(np.zeros((len(texts), 0), int), np.zeros((len(texts), 0)))
        places, likeness = [], []
        for start in range(0, len(texts), STEP):
            similar = self.likeness(texts[start : start + STEP])
            order = np.argsort(-similar, axis=1, kind="stable")[:, :count]
            places.append(order)
            likeness.append(np.take_along_axis(similar, order, axis=1))
        return Neighbours(np.vstack(places), np.vstack(likeness))

    def likeness(self, texts: list[str]) -> NDArray[np.float64]:
        """Return how alike each text and each train row are: (texts, train rows)."""
        found: Any = self.vectors(texts) @ self._matrix.T
        alike: NDArray[np.float64] = found.toarray()
        return alike

    def vectors(self, texts: list[str]) -> Any:
        """Return texts as train sees them: sparse (texts, n-grams), rows of length 1 or 0."""
        return to_vectors(self._vectors, texts)

    @property
    def matrix(self) -> Any:
        """Return the train rows' own vectors: sparse (train rows, n-grams)."""
        return self._matrix
