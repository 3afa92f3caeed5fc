"""Two texts with what differs between them marked, for the eye and for a screen reader."""

from itertools import accumulate

from markupsafe import Markup

from tunesmith.report.changed_tokens import Flagged, changed_tokens, joined
from tunesmith.report.words import LONGEST_TEXT, beyond, shortened

INS = Markup('<ins><span class="sr">[only here] </span>{}<span class="sr"> [end]</span></ins>')
DEL = Markup('<del><span class="sr">[missing] </span>{}<span class="sr"> [end]</span></del>')


def marked(reference: str, answer: str, most: int = LONGEST_TEXT) -> tuple[Markup, Markup]:
    """Return both texts, escaped: `del` is what the answer lacks, `ins` what only the answer has.

    Texts that differ too much, or are long, come without marks, see `changed_tokens`. What is
    compared is whole; of each text `most` characters are shown.
    """
    found = changed_tokens(reference, answer)
    if found is None:
        return Markup.escape(shortened(reference, most)), Markup.escape(shortened(answer, most))
    return (
        _spans(found[0], DEL, most) + beyond(reference, most),
        _spans(found[1], INS, most) + beyond(answer, most),
    )


def _spans(tokens: Flagged, mark: Markup, most: int) -> Markup:
    """Return the first characters of tokens as text in which the changed ones are marked."""
    starts = accumulate((len(token) for token, _ in tokens), initial=0)
    shown = [
        (token[: max(most - start, 0)], flag)
        for (token, flag), start in zip(tokens, starts, strict=False)
    ]
    return Markup().join(
        mark.format(text) if flag else Markup.escape(text) for text, flag in joined(shown)
    )
