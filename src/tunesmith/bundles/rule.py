"""Which adapter answers a row: by one of its fields, or by what its prompt looks like."""

from typing import TYPE_CHECKING, Any

from pydantic import Field

from tunesmith.component import Component
from tunesmith.fields import field_of
from tunesmith.rows import Row, prompt_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEATURES = 2**12  # of hashed runs of characters
RUNS = (1, 3)  # characters of a run: words of no language are needed


class Rule(Component):
    """A value of a field → the adapter of its rows; all others have another."""

    by: str
    to: dict[str, str]
    otherwise: str
    classes: list[str] = Field(default_factory=list)  # adapters that a classifier tells apart

    def of(self, row: Row) -> str:
        """Return the adapter that the row's own field asks for."""
        return self.to.get(field_of(row, self.by) or "", self.otherwise)


def features(rows: list[Row]) -> Any:
    """Return how often each run of characters is in the prompts, (rows, FEATURES) sparse."""
    from sklearn.feature_extraction.text import HashingVectorizer

    made = HashingVectorizer(
        analyzer="char_wb", ngram_range=RUNS, n_features=FEATURES, alternate_sign=False
    )
    return made.transform([prompt_text(row) for row in rows])


def learnt(rows: list[Row], given: list[str], seed: int) -> "tuple[NDArray[Any], float]":
    """Learn to tell adapters from prompts.

    Args:
        rows: of training.
        given: the adapter of each.
        seed: of the folds that the accuracy is measured on.

    Returns:
        Weights (adapters, FEATURES + 1) in the order of their names, the last column the constant;
        and the share of rows that are told right by a classifier which has not seen them.

    Raises:
        ValueError: fewer than two adapters have rows.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    inputs, model = features(rows), LogisticRegression(max_iter=200, C=10.0)
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    right = float(cross_val_score(model, inputs, given, cv=folds).mean())
    model.fit(inputs, given)
    found = np.hstack([model.coef_, model.intercept_[:, None]])
    return (np.vstack([-found, found]) if len(found) == 1 else found).astype(np.float32), right


def told(rows: list[Row], weights: "NDArray[Any]", classes: list[str]) -> list[str]:
    """Return the adapter that a classifier gives each row."""
    scores = features(rows) @ weights[:, :-1].T + weights[:, -1]
    return [classes[place] for place in scores.argmax(1)]
