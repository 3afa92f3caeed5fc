"""One model's answer to one row: its text, and the probabilities of the labels if it has any."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tunesmith.errors import UserError


@dataclass(frozen=True)
class Answer:
    """What a model said; `scores` are label → probability, None for generated text."""

    text: str
    scores: Mapping[str, float] | None = None

    @property
    def label(self) -> str:
        """The text as a label."""
        return self.text.strip()

    def probability(self, label: str) -> float:
        """Return the probability of a label, in [0, 1].

        Raises:
            UserError: the model gives no probabilities, or does not know the label.
        """
        if self.scores is None:
            raise UserError(
                f'the model gives no probability of "{label}": it writes text; ask for the label '
                "or the words instead"
            )
        if label not in self.scores:
            known = ", ".join(sorted(self.scores))
            raise UserError(f'the model has no label "{label}"; its labels: {known}')
        return float(self.scores[label])


def to_answer(prediction: Mapping[str, Any]) -> Answer:
    """Return the answer of a line of predictions: `prediction`, and `scores` as JSON or None."""
    text, scores = prediction["prediction"], prediction.get("scores")
    return Answer(
        text if isinstance(text, str) else "",
        json.loads(scores) if isinstance(scores, str) else None,
    )
