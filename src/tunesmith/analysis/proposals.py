"""Train rows near the failures: what the next round should have more of."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from tunesmith.rows import CONTENT, prompt_text, to_rows
from tunesmith.slices import Mask
from tunesmith.text.vectors import fit_vectors, to_vectors

if TYPE_CHECKING:
    import pandas as pd

EVERYWHERE = "overall"
MOST_FAILURES = 200
KEPT = [*CONTENT, "task", "source", "licence", "lang", "group", "meta"]


def propose(
    cases: "pd.DataFrame",
    train: "pd.DataFrame",
    weak: "pd.DataFrame",
    masks: Mapping[str, Mapping[str, Mask]],
    per_slice: int,
) -> list[dict[str, Any]]:
    """Return train rows whose questions are nearest to the failures of each weak slice.

    Only rows that came from a source are proposed: augmented ones would be grown twice. A row is
    proposed once, for the costliest slice it is near to. Where no slice is weak, the failures of
    all rows are taken.

    Args:
        cases: as `build_cases` makes them.
        train: train rows.
        weak: the weak slices, the costliest first.
        masks: slice name → value → test rows.
        per_slice: rows for each slice, and its quota of new rows.
    """
    own = train[train["parent"].isna() & ~train["id"].isin(cases["id"])]
    targets = _targets(cases, weak, masks)
    if not len(own) or not targets:
        return []
    prompts = [prompt_text(row) for row in to_rows(own)]
    vectors = fit_vectors(prompts)
    matrix = to_vectors(vectors, prompts)
    taken: set[int] = set()
    proposals = []
    for name, reason, mask in targets:
        failures = cases[mask].sort_values(["candidate_score", "id"]).head(MOST_FAILURES)
        similar = (to_vectors(vectors, list(failures["prompt"])) @ matrix.T).toarray()
        for row, likeness in _nearest(similar, per_slice, taken):
            said = {"slice": name, "reason": reason, "quota": per_slice, "similarity": likeness}
            proposals.append({**_content(own.iloc[row]), **said})
            taken.add(row)
    return proposals


def _targets(
    cases: "pd.DataFrame", weak: "pd.DataFrame", masks: Mapping[str, Mapping[str, Mask]]
) -> list[tuple[str, str, Mask]]:
    """Return name, reason and failing rows of each slice to grow."""
    wrong = cases["wrong"].to_numpy(dtype=bool)
    if not len(weak):
        reason = "no slice is worse than the rest by more than chance; near failures of any kind"
        return [(EVERYWHERE, reason, wrong)] if wrong.any() else []
    found = []
    for line in weak.to_dict("records"):
        mask = masks[line["slice"]][line["value"]] & wrong
        reason = f"{line['shortfall']:.3f} below the rest (q = {line['q']:.3f}, n = {line['n']})"
        if mask.any():
            found.append((f"{line['slice']}={line['value']}", reason, mask))
    return found


def _nearest(similar: Any, most: int, taken: set[int]) -> list[tuple[int, float]]:
    """Return train rows by their greatest likeness to a failure, (F, T) → up to `most`."""
    best = similar.max(axis=0)
    order = np.argsort(-best, kind="stable")
    free = [int(row) for row in order if int(row) not in taken and best[row] > 0]
    return [(row, round(float(best[row]), 4)) for row in free[:most]]


def _content(row: "pd.Series[Any]") -> dict[str, Any]:
    """Return what a next round needs of a train row."""
    kept = {name: row[name] for name in KEPT if row[name] is not None}
    return {"id": row["id"], **kept}
