"""Typos: neighbouring letters swapped or the key beside; in Chinese slips of a pinyin keyboard."""

from tunesmith.behaviour.perturbations.free import free_han, free_words, spliced
from tunesmith.behaviour.perturbations.given import Changed, Given
from tunesmith.behaviour.perturbations.words import MISSPELT_ZH, NEIGHBOUR_KEYS

SHORTEST = 4  # letters of a word that is still read with a typo
WORDS_PER_TYPO = 10


def typo(text: str, given: Given) -> Changed | None:
    """Return the text with a typo in every tenth word, at least one; see `Perturbation`.

    Numbers, codes and what the answer repeats keep their spelling: they could not be answered.

    Source: "typos" of CheckList, https://aclanthology.org/2020.acl-main.442, which swaps
    neighbouring letters; keys beside and the pinyin keyboard (`MISSPELT_ZH`) are ours.
    """
    made = _chinese(text, given) if given.lang == "zh" else _latin(text, given)
    return None if made is None else Changed(made)


def _latin(text: str, given: Given) -> str | None:
    """Return the text with misspelt Latin words; the first letter stays."""
    free = free_words(text, given, SHORTEST)
    if not free:
        return None
    count = max(1, len(text.split()) // WORDS_PER_TYPO)
    chosen = sorted(given.rng.permutation(len(free))[:count].tolist(), reverse=True)
    spans = [free[k] for k in chosen]
    return spliced(text, [(span, _misspelt(text[slice(*span)], given)) for span in spans])


def _misspelt(word: str, given: Given) -> str:
    """Return a word with two letters swapped, or one replaced by its neighbour on the keyboard."""
    swaps = [
        k for k in range(1, len(word) - 1) if word[k : k + 2].isalpha() and word[k] != word[k + 1]
    ]
    if swaps and given.rng.random() < 0.5:
        k = swaps[given.rng.integers(len(swaps))]
        return word[:k] + word[k + 1] + word[k] + word[k + 2 :]
    places = [k for k in range(1, len(word)) if word[k].lower() in NEIGHBOUR_KEYS]
    k = places[given.rng.integers(len(places))]
    keys = NEIGHBOUR_KEYS[word[k].lower()]
    return word[:k] + keys[given.rng.integers(len(keys))] + word[k + 1 :]


def _chinese(text: str, given: Given) -> str | None:
    """Return the text with a word misspelt, or, where none is known, two characters swapped."""
    free = set(free_han(text, given))
    known = [
        (place, right, wrong)
        for right, wrong in MISSPELT_ZH
        if (place := text.find(right)) >= 0 and free.issuperset(range(place, place + len(right)))
    ]
    if known:
        place, right, wrong = known[given.rng.integers(len(known))]
        return text[:place] + wrong + text[place + len(right) :]
    pairs = [k for k in sorted(free) if k + 1 in free and text[k] != text[k + 1]]
    if not pairs:
        return None
    k = pairs[given.rng.integers(len(pairs))]
    return text[:k] + text[k + 1] + text[k] + text[k + 2 :]
