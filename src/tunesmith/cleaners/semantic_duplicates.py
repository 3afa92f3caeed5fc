"""Drops rows that say what an earlier row says in other words."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field, PositiveInt

from tunesmith.cleaners.base import Cleaner, Verdict, Verdicts, whole_text
from tunesmith.cleaners.groups import comparable
from tunesmith.rows import Row, to_rows
from tunesmith.text.differences import negates_alone, words
from tunesmith.text.embed import UNKNOWN_RATIO, CharacterEmbedder, MiniLmEmbedder, Vectors
from tunesmith.text.numbers import numbers

if TYPE_CHECKING:
    import pandas as pd

Fact = tuple[tuple[str, ...], int]


class SemanticDuplicates(Cleaner):
    """Keep the first of rows whose vectors are at least `similarity` alike (cosine).

    Rows that name other numbers, or negate more or less often, are different rows. Texts are
    compared inside clusters of about `block_rows` rows, so that memory grows with the rows and
    not with their square; a pair that the clusters part is not found. A text of which the
    encoder does not know a tenth of the tokens, as of most Chinese, goes to the character
    vectors, which find the same letters rather than the same meaning.

    Source: https://arxiv.org/abs/2303.09540 (SemDeDup); here the first row stays, not the one
    farthest from the centre.
    """

    kind: Literal["semantic_duplicates"] = "semantic_duplicates"
    similarity: Annotated[float, Field(gt=0, le=1)] = 0.95
    encoder: Literal["minilm", "characters"] = "characters"
    block_rows: PositiveInt = 1000

    def __call__(self, rows: "pd.DataFrame", seed: int) -> Verdicts:
        """Return a drop for each repetition; rows of one meaning with two labels are flagged."""
        records = to_rows(rows)
        verdicts: Verdicts = [None] * len(records)
        for places in comparable(records):
            texts = [whole_text(records[place]) for place in places]
            for members, vectors in self._embedded(texts, seed):
                for block in _blocks(vectors, self.block_rows, seed):
                    chosen = [places[members[k]] for k in block]
                    self._judge_block(chosen, vectors[block], records, verdicts)
        return verdicts

    def compared(self, row: Row) -> Row:
        """Return the text, and what a verdict names."""
        named = {key: row[key] for key in ("id", "split", "task", "label")}
        return {**named, "text": whole_text(row)}

    def _embedded(self, texts: Sequence[str], seed: int) -> Iterator[tuple[list[int], Vectors]]:
        """Yield the places of texts that one embedder can read, and their vectors."""
        blind = list(range(len(texts)))
        if self.encoder == "minilm":
            encoder = MiniLmEmbedder()
            ratio = encoder.unknown_ratio(texts)
            seen = np.flatnonzero(ratio <= UNKNOWN_RATIO).tolist()
            blind = np.flatnonzero(ratio > UNKNOWN_RATIO).tolist()
            if seen:
                yield seen, encoder([texts[k] for k in seen])
        if blind:
            yield blind, CharacterEmbedder(seed)([texts[k] for k in blind])

    def _judge_block(
        self, places: list[int], vectors: Vectors, records: list[Row], verdicts: Verdicts
    ) -> None:
        """Drop each row of a block that says the same as an earlier row that stays."""
        facts = [_facts(whole_text(records[place])) for place in places]
        stays: list[int] = []
        for k, place in enumerate(places):
            scores = vectors[stays] @ vectors[k]
            near = np.flatnonzero(scores >= self.similarity)
            match = next((n for n in near if facts[stays[n]] == facts[k]), None)
            if match is not None:
                first = records[places[stays[match]]]
                score = min(float(scores[match]), 1.0)
                verdicts[place] = _verdict(first, records[place], score)
            if (verdict := verdicts[place]) is None or verdict.action == "flag":
                stays.append(k)


def _blocks(vectors: Vectors, rows: int, seed: int) -> list[list[int]]:
    """Return clusters of the vectors, each in order of the rows; few rows are one cluster."""
    if len(vectors) <= 2 * rows:
        return [list(range(len(vectors)))]
    from sklearn.cluster import MiniBatchKMeans

    count = len(vectors) // rows
    labels = MiniBatchKMeans(count, random_state=seed, n_init=1, batch_size=4096).fit_predict(
        vectors
    )
    return [np.flatnonzero(labels == k).tolist() for k in range(count)]


def _facts(text: str) -> Fact:
    """Return what no paraphrase changes: the numbers, and how often something is negated."""
    return numbers(text), sum(map(negates_alone, words(text)))


def _verdict(first: Row, second: Row, score: float) -> Verdict:
    """Drop the second row, or flag it if the two contradict each other."""
    if first["label"] != second["label"]:
        return Verdict("flag", "the same meaning, another label", score, first["id"])
    return Verdict("drop", "says what an earlier row says", score, first["id"])
