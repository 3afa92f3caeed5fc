"""How far what is asked has moved from what was trained on: language, length, words, meaning."""

from collections.abc import Iterator, Sequence
from typing import Protocol
from zlib import crc32

import numpy as np

from tunesmith.diversity import sampled
from tunesmith.errors import UserError
from tunesmith.monitor import MonitorParams
from tunesmith.monitor.distances import (
    novelty_distance,
    order_distance,
    share_distance,
    word_distance,
)
from tunesmith.monitor.side import Distance, Side, compared
from tunesmith.stats.resample import Floats
from tunesmith.text.embed import UNKNOWN_RATIO, MiniLmEmbedder, Vectors
from tunesmith.text.script import script_languages

MOST_TEXTS = 5000  # of each side
MOST_EMBEDDED = 500  # of each side and language


class Encoder(Protocol):
    """Turns texts into vectors, and says which it cannot read."""

    def __call__(self, texts: Sequence[str]) -> Vectors: ...  # noqa: D102
    def unknown_ratio(self, texts: Sequence[str]) -> Floats: ...  # noqa: D102


def installed_encoder() -> Encoder | str:
    """Return MiniLM, or why it is not there."""
    try:
        return MiniLmEmbedder()
    except UserError:
        return "no encoder; `make encoder` installs one"


def drift(
    trained: Sequence[str],
    asked: Sequence[str],
    params: MonitorParams,
    seed: int,
    encoder: Encoder | str,
) -> list[Side]:
    """Return every side of the questions that is watched.

    Length, words and meaning are those of one language each: another mixture of languages is one
    finding, not four. A language of which there are fewer than `min_rows` questions to compare
    with is only counted.

    Args:
        trained: the questions of the train rows.
        asked: those that have come in.
        params: the limits.
        seed: of samples and draws.
        encoder: of the vectors, or why there is none.
    """
    texts = [sampled(side, MOST_TEXTS, seed) for side in (trained, asked)]
    langs = [list(script_languages(side)) for side in texts]
    sides = list(_languages(langs, params, seed))
    for lang in sorted(set(langs[0])):
        own = [
            [text for text, found in zip(*both, strict=True) if found == lang]
            for both in zip(texts, langs, strict=True)
        ]
        if len(own[0]) >= params.min_rows:
            sides += _within(lang, own, params, seed, encoder)
    return sides


def _languages(langs: list[list[str]], params: MonitorParams, seed: int) -> Iterator[Side]:
    """Yield how the shares of the languages have moved."""
    if (limit := params.limits.language) is not None:
        yield _side("language", share_distance([*langs[0], *langs[1]]), langs, limit, params, seed)


def _within(
    lang: str, texts: list[list[str]], params: MonitorParams, seed: int, encoder: Encoder | str
) -> Iterator[Side]:
    """Yield how the questions of one language have moved."""
    limits, both = params.limits, [*texts[0], *texts[1]]
    if limits.length is not None:
        distance = order_distance([len(text) for text in both])
        yield _side(f"length ({lang})", distance, texts, limits.length, params, seed)
    if limits.words is not None:
        yield _side(f"words ({lang})", word_distance(both), texts, limits.words, params, seed)
    if limits.embedding is not None:
        yield _meaning(lang, texts, limits.embedding, params, seed, encoder)


def _meaning(
    lang: str,
    texts: list[list[str]],
    limit: float,
    params: MonitorParams,
    seed: int,
    encoder: Encoder | str,
) -> Side:
    """Return how much less the questions are like the nearest one that was trained on."""
    name, rows = f"embedding ({lang})", len(texts[1])
    if isinstance(encoder, str):
        return Side(name, None, None, limit, rows, "not measured", encoder)
    some = [sampled(side, MOST_EMBEDDED, seed) for side in texts]
    if np.median(encoder.unknown_ratio(some[0])) > UNKNOWN_RATIO:
        return Side(name, None, None, limit, rows, "not measured", "the encoder cannot read it")
    if len(some[1]) < params.min_rows:
        return Side(name, None, None, limit, rows, "too few rows")
    distance = novelty_distance(encoder([*some[0], *some[1]]))
    return _side(name, distance, some, limit, params, seed)


def _side(
    name: str,
    distance: Distance,
    sides: Sequence[Sequence[str]],
    limit: float,
    params: MonitorParams,
    seed: int,
) -> Side:
    """Return one side; its draws depend on its name, not on its place."""
    rng = np.random.default_rng([seed, crc32(name.encode())])
    return compared(name, distance, len(sides[0]), len(sides[1]), limit, params.min_rows, rng)
