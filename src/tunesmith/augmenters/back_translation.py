"""Back-translation: into another language and back, which says the same in other words."""

from collections.abc import Sequence
from typing import Literal

from tunesmith.augmenters.augmenter import Asked, Augmenter, Change
from tunesmith.augmenters.tools import ModelHere, Tools


class BackTranslation(Augmenter):
    """Translate each text with `there` and the result with `back`.

    Source: https://arxiv.org/abs/1511.06709, there to make training pairs for translation.
    """

    kind: Literal["back_translation"] = "back_translation"
    there: ModelHere
    back: ModelHere
    min_similarity: float | None = 0.3  # a good round trip changes the order of words
    max_similarity: float | None = 0.98

    def changes(self, asked: Sequence[Asked], tools: Tools) -> list[Change]:
        """See `Augmenter`; a text is translated whole, so the guards alone protect its facts."""
        found = [Change(None, "translation_unfinished") for _ in asked]
        abroad = tools.translate(self.there, [one.text for one in asked])
        known = [(place, text) for place, text in enumerate(abroad) if text]
        home = tools.translate(self.back, [text for _, text in known])
        for (place, _), text in zip(known, home, strict=True):
            if text:
                found[place] = Change(text)
        return found
