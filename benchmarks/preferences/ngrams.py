"""What a linear model of character n-grams learns of a fold: a reward model must beat it."""

import time
from typing import Any

from benchmarks.preferences.learn import Learnt
from benchmarks.preferences.pairs import Fold
from tunesmith.rows import Row, message_text

LONGEST, RARE = 4, 2  # characters of an n-gram; answers that it must be in


def by_ngrams(fold: Fold) -> Learnt:
    """Return the margins of the held-out pairs by a logistic regression on differences of TF-IDF.

    It reads the answers alone, and learns every pair in both orders, so that it has no bias.
    """
    from scipy.sparse import vstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    began, learnt = time.process_time(), [*fold.train, *fold.choose]
    known = TfidfVectorizer(
        analyzer="char", ngram_range=(1, LONGEST), min_df=RARE, sublinear_tf=True
    ).fit([text for row in learnt for text in _answers(row)])

    def differences(rows: list[Row]) -> Any:
        chosen, rejected = zip(*map(_answers, rows), strict=True)
        return known.transform(chosen) - known.transform(rejected)

    seen = differences(learnt)
    model = LogisticRegression(fit_intercept=False, max_iter=1000)
    model.fit(vstack([seen, -seen]), [1] * len(learnt) + [0] * len(learnt))
    own = model.decision_function(differences(fold.held_out)).tolist()
    longer = [len(chosen) - len(rejected) for chosen, rejected in map(_answers, fold.held_out)]
    return Learnt(own, [], [], longer, time.process_time() - began)


def _answers(row: Row) -> tuple[str, str]:
    """Return the chosen and the rejected answer as text."""
    return message_text(row["chosen"][-1]), message_text(row["rejected"][-1])
