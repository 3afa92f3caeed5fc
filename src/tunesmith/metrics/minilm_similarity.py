"""How near an answer's meaning is to the reference's, by a small English model."""

import numpy as np
from numpy.typing import NDArray

from tunesmith.answers import Answers
from tunesmith.errors import UserError
from tunesmith.metrics.metric import RowMean
from tunesmith.stats.resample import Floats


class MiniLmSimilarity(RowMean):
    """Mean cosine of prediction and reference as vectors of all-MiniLM-L6-v2; below 0 counts 0.

    English only, about 50 texts a CPU-second, and needs the extra `encoder`. To a text in which
    more than a tenth of the tokens are unknown to it, all such texts are alike: a prediction of
    that kind scores 0, a reference is refused.
    """

    name = "minilm_similarity"
    title = "Similarity (MiniLM)"

    def scores(self, answers: Answers) -> Floats:
        """Return (N,) from 0 to 1.

        Raises:
            UserError: the weights are not there, or references are unknown to the model.
        """
        from tunesmith.text.embed import UNKNOWN_RATIO, MiniLmEmbedder

        embed = MiniLmEmbedder()
        _refuse(embed.unknown_ratio(answers.references) > UNKNOWN_RATIO)
        known = embed.unknown_ratio(answers.predictions) <= UNKNOWN_RATIO
        predicted, expected = embed(answers.predictions), embed(answers.references)
        cosine = (predicted * expected).sum(axis=1).astype(np.float64)
        return np.where(known, np.clip(cosine, 0.0, 1.0), 0.0)

    def shows(self, answers: Answers) -> bool:
        """Return whether the model can read every reference."""
        from tunesmith.text.embed import UNKNOWN_RATIO, MiniLmEmbedder

        unknown = MiniLmEmbedder().unknown_ratio(answers.references) > UNKNOWN_RATIO
        return not unknown.any()

    def signature(self, answers: Answers) -> str | None:  # noqa: ARG002
        """Return the model and the hash of its weights."""
        from tunesmith.text.embed import MAX_TOKENS, PINNED

        digest = PINNED["model.safetensors"][:8]
        return f"encoder:all-MiniLM-L6-v2|weights:{digest}|tokens:{MAX_TOKENS}"


def _refuse(unknown: NDArray[np.bool_]) -> None:
    """Refuse references that the model cannot read."""
    if unknown.any():
        raise UserError(
            'params.yaml: evaluate.metrics: "minilm_similarity" reads English only, and '
            f"{unknown.sum()} of {len(unknown)} references are not (the first is row "
            f"{np.argmax(unknown) + 1}); take embedding_similarity"
        )
