"""Does the analysis name the slice that a model was never shown? The model is really trained.

A classifier (logistic regression on n-grams of characters) learns labels from rows of which one
slice is left out, and answers other rows with that slice among them. It may do well there all the
same: only where it is at least 10 points below the rest is there a weakness to name. Named: one of
the first three findings has half of its rows in common with the slice (Jaccard). No slice is
declared, so all are discovered.
"""

import argparse
import time
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
import pandas as pd

from benchmarks.planted_weakness import (
    ALIKE,
    TOP,
    Corpus,
    Mask,
    alike,
    corpora,
    label_of,
    plant,
)
from tunesmith.analysis import AnalyzeParams
from tunesmith.analysis.find import find_slices
from tunesmith.rows import Row, prompt_text, to_frame
from tunesmith.text.vectors import fit_vectors, to_vectors

KINDS = ("language", "label", "length", "negation", "keyword", "conjunction")
TRAIN, TEST = 3000, 2000
WEAK = 0.1  # from this shortfall on the model is weak on the slice


class Outcome(NamedTuple):
    """What was left out, how much worse the model is there, and whether it was named."""

    held_out: str
    shortfall: float
    found: list[str]
    named: bool


def labelled(corpus: Corpus) -> Corpus:
    """Return the same rows as a classification; of the demo the label is the intent."""
    return corpus._replace(rows=[_labelled(row) for row in corpus.rows])


def _labelled(row: Row) -> Row:
    """Return a row that asks for its label."""
    kept = {name: row[name] for name in ("id", "source", "lang")}
    asked = {"task": "classification", "text": prompt_text(row), "label": label_of(row)}
    return {**kept, **asked}


def run(corpus: Corpus, held_out: str, mask: Mask, seed: int) -> Outcome:
    """Train without a slice, answer rows with it, and let the analysis look.

    Args:
        corpus: labelled rows.
        held_out: the name of the slice.
        mask: (N,) which rows of the corpus it has.
        seed: of the draw and the analysis.
    """
    order = np.random.default_rng([seed, 1]).permutation(len(corpus.rows))
    test, rest = order[:TEST], order[TEST:]
    train = rest[~mask[rest]][:TRAIN]
    asked, learnt = (_frame(corpus, places) for places in (test, train))
    right = answers(learnt, list(asked["text"])) == asked["label"].to_numpy(dtype=object)
    inside = mask[test]
    settings = AnalyzeParams(metric="accuracy")
    found = find_slices(asked, learnt, right.astype(float), settings, seed).weak
    named = any(alike(one.mask, inside) >= ALIKE for one in found[:TOP])
    shortfall = float(right[~inside].mean() - right[inside].mean())
    return Outcome(held_out, shortfall, [one.name for one in found], named)


def _frame(corpus: Corpus, places: np.ndarray) -> pd.DataFrame:
    """Return some rows as the stages read them."""
    return to_frame([corpus.rows[place] for place in places])


def answers(train: pd.DataFrame, texts: list[str]) -> np.ndarray:
    """Return the labels that a classifier trained on `train` gives to texts."""
    from sklearn.linear_model import LogisticRegression

    known = list(train["text"])
    vectors = fit_vectors(known)
    model = LogisticRegression(C=10, max_iter=200)
    model.fit(to_vectors(vectors, known), list(train["label"]))
    found: np.ndarray = model.predict(to_vectors(vectors, texts))
    return found.astype(object)


def outcomes(kind: str, corpus: Corpus, seeds: int) -> list[Outcome]:
    """Leave out a slice of a kind, another for each seed."""
    found = []
    for seed in range(seeds):
        rng = np.random.default_rng([seed, crc32(f"{corpus.name} {kind}".encode())])
        found.append(run(corpus, *plant(kind, corpus, TEST, rng), seed))
    return found


def fits(kind: str, corpus: Corpus) -> bool:
    """Return whether something is left to learn without a slice of a kind."""
    if kind == "language":
        return len({row["lang"] for row in corpus.rows}) > 1
    return kind != "label" or len({label_of(row) for row in corpus.rows}) > 2


def main() -> None:
    """Print rows × kind: of the slices on which the model is weak, how many were named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    flags = parser.parse_args()
    started = time.process_time()
    print("| rows | left out | runs | model weak there | named | mean shortfall |")
    print("|---|---|--:|--:|--:|--:|", flush=True)
    for corpus in map(labelled, corpora(flags.data)[2:]):  # the demo's in both languages, public
        for kind in KINDS:
            if not fits(kind, corpus):
                continue
            every = outcomes(kind, corpus, flags.seeds)
            weak = [one for one in every if one.shortfall >= WEAK]
            named = sum(one.named for one in weak)
            mean = f"{np.mean([one.shortfall for one in weak]):.2f}" if weak else "–"
            cells = (corpus.name, kind, len(every), len(weak), named, mean)
            print(f"| {' | '.join(map(str, cells))} |", flush=True)
    print(f"{time.process_time() - started:.0f} CPU-seconds")


if __name__ == "__main__":
    main()
