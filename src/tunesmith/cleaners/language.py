"""Finds the language of each row, sets `lang`, and drops what is in none of those kept."""

import re
from functools import cache, lru_cache
from typing import Annotated, Any, Literal

from pydantic import Field

from tunesmith.cleaners.base import RowCleaner, Verdict, Verdicts
from tunesmith.rows import Message, Row, conversation, text_of
from tunesmith.text.script import script_language, script_languages

KNOWN = ("en", "zh", "fr", "de", "es", "it", "pt", "nl", "ja", "ko", "ru")
ENGLISH = re.compile(
    r"(?<![a-z])(?:the|of|and|with|what|how|this|that|for|you|your|my|are|from|which"
    r"|have|should|please|there|their|about|because|following|find|give|write"
    r"|to|it|its|if|at|by|be|can|when|where|why|who|would|could|does|did|been|need|get|know|tell"
    r"|like|make|any|some|they|them|these|those|than|into|much"
    r"|convert|explain|calculate|rewrite|summarize|generate|identify|provide)(?![a-z])",
    re.IGNORECASE,
)
FOREIGN = 0.1  # where question and answer differ, both are foreign if English is less likely
FOREIGN_AGREED = 0.25  # ... or than this, where both are likeliest to be of one language
FOREIGN_ALONE = 0.05  # ... or one of them, where the other is too short to tell
PLAINLY = 0.9  # a quick look that is so sure of English is right
MIN_WORDS = 3  # of fewer words any guess is a name
LOOKED_AT_CHARS = 600
QUICK_CHARS = 120  # letters; from here on lingua's full look is the quick one
REMEMBERED = 1 << 14  # guesses; rows of one template differ by their figures only
LETTERS_ONLY = str.maketrans({code: " " for code in range(128) if not chr(code).isalpha()})
NOT_LATIN = re.compile(r"[^\x00-\x7f\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f]")


class Language(RowCleaner):
    """Keep rows whose language is in `keep`.

    The script decides between Chinese, English and a mixture; for Latin and other scripts a
    detector that knows eleven languages then looks at question and answer by themselves. A row
    is foreign only if both are, so a translation exercise stays. `lang` holds en, zh, mixed,
    a language named in `keep`, or other; und has no letters.
    """

    kind: Literal["language"] = "language"
    keep: Annotated[tuple[str, ...], Field(min_length=1)] = ("en", "zh", "mixed", "und")

    def verdicts(self, rows: list[Row], seed: int) -> Verdicts:  # noqa: ARG002
        """Return the verdict of `judge` about each row; scripts are counted many at a time."""
        found = script_languages([text_of(row) for row in rows])
        return [self._judged(row, script) for row, script in zip(rows, found, strict=True)]

    def judge(self, row: Row) -> Verdict | None:
        """Drop a foreign row, rewrite one whose `lang` was something else."""
        return self._judged(row, script_language(text_of(row)))

    def _judged(self, row: Row, script: str) -> Verdict | None:
        """Judge a row whose script is known."""
        found = _language(row, script)
        if found not in self.keep:
            return Verdict("drop", f"language {found}")
        if row["lang"] != found:
            return Verdict("rewrite", f"language set to {found}", row={**row, "lang": found})
        return None


def _language(row: Row, script: str) -> str:
    """Return the language of a row of a script."""
    if script not in {"en", "other"}:
        return script
    sides = [text[:LOOKED_AT_CHARS] for text in _sides(conversation(row)) if _can_be_judged(text)]
    if any(map(_reads_english, sides)):
        return "en"
    guesses = []
    for text in sides:
        if _english_at_a_glance(text):
            return "en"
        guesses.append(chances(text))
        if guesses[-1]["en"] >= FOREIGN_AGREED:
            return "en"  # whatever the other side is: no limit is higher
    return _agreed(guesses) if guesses else script


def _agreed(guesses: list[dict[str, float]]) -> str:
    """Return the language that one or two texts of a row speak for; English in doubt."""
    likeliest = [max(guess, key=lambda code: guess[code]) for guess in guesses]
    limit = FOREIGN_ALONE
    if len(guesses) > 1:
        limit = FOREIGN_AGREED if likeliest[0] == likeliest[1] else FOREIGN
    return "en" if max(guess["en"] for guess in guesses) >= limit else likeliest[0]


def _sides(turns: list[Message]) -> tuple[str, str]:
    """Return what the user (or a system message) says, and what the assistant says."""
    user = [m["content"] or "" for m in turns if m["role"] != "assistant"]
    assistant = [m["content"] or "" for m in turns if m["role"] == "assistant"]
    return "\n".join(user), "\n".join(assistant)


def _can_be_judged(text: str) -> bool:
    """True for a few words, or for a script that does without spaces."""
    return len(text.split(None, MIN_WORDS - 1)) >= MIN_WORDS or (
        bool(text.strip()) and not text.isascii()
    )


def chances(text: str, quick: bool = False) -> dict[str, float]:
    """Return how likely each known language is, 0 to 1; `quick` looks at letters by threes only."""
    if NOT_LATIN.search(text):
        return _looked_up(text, quick)
    letters = " ".join(text.translate(LETTERS_ONLY).split())
    return _remembered(letters, quick or len(letters) - letters.count(" ") >= QUICK_CHARS)


def _looked_up(text: str, quick: bool) -> dict[str, float]:
    """Return what lingua says."""
    found = _lingua(quick).compute_language_confidence_values(text)
    return {one.language.iso_code_639_1.name.lower(): one.value for one in found}


@lru_cache(maxsize=REMEMBERED)
def _remembered(letters: str, quick: bool) -> dict[str, float]:
    """Return what lingua says of Latin letters; it looks at nothing else of such a text."""
    return _looked_up(letters, quick)


def _english_at_a_glance(text: str) -> bool:
    """True for most English texts, at a third of the price of the full look."""
    return chances(text, quick=True)["en"] >= PLAINLY


def _reads_english(text: str) -> bool:
    """True once two different plain English words are met."""
    first = None
    for match in ENGLISH.finditer(text):
        word = match[0].lower()
        if first not in {None, word}:
            return True
        first = word
    return False


@cache
def _lingua(quick: bool) -> Any:
    """Load lingua with eleven languages when the first text asks for it."""
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, code.upper()) for code in KNOWN]
    builder = LanguageDetectorBuilder.from_iso_codes_639_1(*codes)
    return (builder.with_low_accuracy_mode() if quick else builder).build()
