"""Flags rows whose label a model that never saw them would not have given."""

from collections import Counter
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from tunesmith.cleaners.base import Cleaner, Verdict, Verdicts
from tunesmith.errors import UserError
from tunesmith.fields import checked_field, field_of
from tunesmith.rows import Row, text_of, to_json
from tunesmith.text.confident import confident_errors
from tunesmith.text.hashed_words import hashed_words
from tunesmith.text.naive_bayes import FOLDS, label_chances

UNLIKELY = 0.1  # the given label at most: of two labels for one text both may be right
RARE = 10_000  # a word of fewer than one in so many texts is left out
CHARS = 40_000_000  # looked at in all ...
LOOKED_AT_CHARS = (250, 1_000)  # ... and of each text: a label can be told from the beginning


class LabelNoise(Cleaner):
    """Flag rows whose label is likely an error; nothing is dropped or changed.

    Words and pairs of words (a Chinese character is a word) go into naive Bayes, five times, each
    without the fifth of the rows that it judges. From its probabilities `filter` tells the errors:
    confident learning (https://arxiv.org/abs/1911.00068) in lines of our own that agree with
    cleanlab's, or one of two others, which are cleanlab's `find_label_issues`. A flag also needs
    another label that is likelier, at least `confidence`, and a given label of at most `UNLIKELY`.
    The score is the probability of the likelier label. Labels of fewer than five rows are not
    judged.
    """

    kind: Literal["label_noise"] = "label_noise"
    column: Annotated[str, AfterValidator(checked_field)] = "label"
    confidence: Annotated[float, Field(ge=0, lt=1)] = 0.3
    filter: Literal["confident_learning", "prune_by_noise_rate", "both"] = "confident_learning"

    def verdicts(self, rows: list[Row], seed: int) -> Verdicts:
        """Return a flag for each doubtful label.

        Raises:
            UserError: no row has the column.
        """
        labels = [field_of(row, self.column) for row in rows]
        if rows and not any(label is not None for label in labels):
            raise UserError(
                f"params.yaml: clean: label_noise: no row has {self.column}; name another column"
            )
        verdicts: Verdicts = [None] * len(rows)
        judged = _judged(labels)
        names, given = np.unique([labels[place] for place in judged], return_inverse=True)
        if len(names) < 2:
            return verdicts
        chances = label_chances(_features([text_of(rows[place]) for place in judged]), given, seed)
        for k in np.flatnonzero(self._doubtful(given, chances)):
            sure = float(chances[k].max())
            verdicts[judged[k]] = Verdict("flag", f"doubtful {self.column}", sure)
        return verdicts

    def compared(self, row: Row) -> Row:
        """Return the label and the beginning of the text."""
        label = field_of(row, self.column)
        seen: Row = {"task": "text", "text": text_of(row)[: LOOKED_AT_CHARS[1]]}
        if self.column.startswith("meta."):
            return {**seen, "meta": to_json({self.column.removeprefix("meta."): label})}
        return {**seen, self.column: label}

    def _doubtful(
        self, given: NDArray[np.int64], chances: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Return, for each row, whether another label is likelier and the filter agrees."""
        own = chances[np.arange(len(given)), given]
        likelier: NDArray[np.bool_] = (chances.argmax(axis=1) != given) & (
            (chances.max(axis=1) >= self.confidence) & (own <= UNLIKELY)
        )
        if not likelier.any():
            return likelier
        doubtful: NDArray[np.bool_] = np.logical_and(self._issues(given, chances), likelier)
        return doubtful

    def _issues(self, given: NDArray[np.int64], chances: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return, for each row, whether the filter of that name holds its label for an error."""
        if self.filter == "confident_learning":
            return confident_errors(given, chances)
        from cleanlab.filter import find_label_issues

        issues: NDArray[np.bool_] = find_label_issues(
            given, chances, filter_by=self.filter, n_jobs=1
        )
        return issues


def _judged(labels: list[str | None]) -> list[int]:
    """Return the rows whose label has enough rows to be learned."""
    counts = Counter(label for label in labels if label is not None)
    return [k for k, label in enumerate(labels) if label is not None and counts[label] >= FOLDS]


def _features(texts: list[str]) -> Any:
    """Return the hashed words of the texts' beginnings; of many texts less is looked at."""
    chars = int(np.clip(CHARS // len(texts), *LOOKED_AT_CHARS))
    return hashed_words([text[:chars] for text in texts], max(2, len(texts) // RARE))
