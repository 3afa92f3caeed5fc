"""Prose about the shop for pre-training: chronicles and lists, never a chat, never an answer.

Every document names its entities several times, in other words each time: that is what teaches a
small model to copy.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tunesmith.demo import prose_chinese, prose_english
from tunesmith.demo.world import WORLDS, Facts, Lang, draw_facts

Stories = Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]

LIST_SHARE, NOTE_SHARE = 0.2, 0.4
LISTED = ("order", "product", "name", "city", "wear", "code", "street", "month", "day")


@dataclass(frozen=True)
class Book:
    """The sentences of one language; `joint` and `comma` stand between sentences and list items."""

    stories: Stories
    notes: tuple[str, ...]
    list_openings: tuple[str, ...]
    list_again: tuple[str, ...]
    joint: str
    comma: str
    stop: str


BOOKS: Mapping[Lang, Book] = {
    "en": Book(
        prose_english.STORIES,
        prose_english.NOTES,
        prose_english.LIST_OPENINGS,
        prose_english.LIST_AGAIN,
        joint=" ",
        comma=", ",
        stop=".",
    ),
    "zh": Book(
        prose_chinese.STORIES,
        prose_chinese.NOTES,
        prose_chinese.LIST_OPENINGS,
        prose_chinese.LIST_AGAIN,
        joint="",
        comma="，",
        stop="。",
    ),
}


def document(lang: Lang, rng: np.random.Generator) -> str:
    """Draw one document of one to three customers (about 40 to 250 tokens)."""
    people = [draw_facts(WORLDS[lang], rng) for _ in range(int(rng.integers(1, 4)))]
    book = BOOKS[lang]
    if rng.random() < LIST_SHARE:
        return _list(book, people, rng)
    return book.joint.join(text for facts in people for text in _chronicle(book, facts, rng))


def documents(seed: int, shard: int, count: int) -> list[str]:
    """Draw `count` documents, the languages in turn; (seed, shard) fixes the text."""
    rng = np.random.default_rng([seed, shard])
    langs: tuple[Lang, Lang] = ("en", "zh")
    return [document(langs[i % 2], rng) for i in range(count)]


def _chronicle(book: Book, facts: Facts, rng: np.random.Generator) -> list[str]:
    """One customer: a topic's wish, perhaps a note, what came of it, perhaps a second topic."""
    texts: list[str] = []
    names = list(book.stories)
    for _ in range(int(rng.integers(1, 3))):
        wishes, outcomes = book.stories[names[int(rng.integers(len(names)))]]
        texts.append(_pick(wishes, rng))
        texts += [_pick(book.notes, rng)] if rng.random() < NOTE_SHARE else []
        texts += [outcomes[int(i)] for i in rng.permutation(len(outcomes))[: rng.integers(1, 3)]]
    return [text.format(**facts) for text in texts]


def _list(book: Book, people: list[Facts], rng: np.random.Generator) -> str:
    """A list of entities, then the same ones in another order."""
    items = [facts[slot] for facts in people for slot in _some(LISTED, rng)]
    again = [items[int(i)] for i in rng.permutation(len(items))]
    heads = (_pick(book.list_openings, rng), _pick(book.list_again, rng))
    parts = (book.comma.join(items), book.comma.join(again))
    return book.joint.join(
        f"{head}{book.joint}{part}{book.stop}" for head, part in zip(heads, parts, strict=True)
    )


def _some(slots: tuple[str, ...], rng: np.random.Generator) -> list[str]:
    return [slots[int(i)] for i in rng.permutation(len(slots))[: int(rng.integers(3, 7))]]


def _pick(texts: tuple[str, ...], rng: np.random.Generator) -> str:
    return texts[int(rng.integers(len(texts)))]
