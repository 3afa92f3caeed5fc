"""What a rewritten message must still say: names, quotes and addresses."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

QUOTED = re.compile(
    r"(?<![A-Za-z])'([^'\n]{1,80})'(?![A-Za-z])|"
    r"“([^“”\n]{1,80})”|\"([^\"\n]{1,80})\"|「([^「」\n]{1,80})」|《([^《》\n]{1,80})》"
)
FIXED = re.compile(r"https?://[!-~]+|[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,253}|<[A-Z_]{1,20}>")
ACRONYM = re.compile(r"(?<![A-Za-z])[A-Z]{2,}s?(?![A-Za-z])")
HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z][A-Za-z+#.-]*")


def names(text: str) -> list[str]:
    """Return quotes, addresses, masks, acronyms, names in capitals and Latin words in Chinese.

    A capital at the beginning of a sentence says nothing. Chinese names that stand in no quotes
    are not found: they have no form.
    """
    found = [next(filter(None, match.groups())) for match in QUOTED.finditer(text)]
    found += FIXED.findall(text)
    if HAN.search(text):
        found += LATIN.findall(text)
    elif not text.isupper():
        found += [*ACRONYM.findall(text), *_capitalised(text)]
    return list(dict.fromkeys(found))


def _capitalised(text: str) -> Iterator[str]:
    """Yield words with a capital that no sentence begins with; `Tom's` is `Tom`."""
    for sentence in re.split(r"(?<=[.!?])\s+|\n", text):
        for word in re.findall(r"[A-Za-z][A-Za-z'’-]*", sentence)[1:]:
            bare = re.sub(r"['’]s?$", "", word)
            if bare[0].isupper() and len(bare) > 1 and not {"'", "’"} & set(bare):
                yield bare


def lost(source: str, made: str, phrases: Sequence[str]) -> list[str]:
    """Return the phrases that the source has more often than what was made of it."""
    left, right = source.casefold(), made.casefold()
    counts = Counter(phrase.casefold() for phrase in phrases)
    return [phrase for phrase in counts if left.count(phrase) > right.count(phrase)]
