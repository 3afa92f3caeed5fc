"""The rows that the candidate finds hardest, and examples of what changed."""

from typing import TYPE_CHECKING, Any

from tunesmith.analysis.train_space import TrainSpace
from tunesmith.rows import to_rows

if TYPE_CHECKING:
    import pandas as pd

SHOWN = ["id", "lang", "prompt", "reference", "candidate", "base", "champion"]
EXAMPLES = 12  # of each change
NEAREST = 3  # train rows of each hardest one


def hardest_rows(cases: "pd.DataFrame", kinds: list[str], most: int) -> list[dict[str, Any]]:
    """Return the wrong rows of lowest score, at equal score of lowest log-probability a token."""
    ordered = cases.assign(error=kinds)[cases["wrong"].astype(bool)].sort_values(
        ["candidate_score", "logprob_per_token", "id"], kind="stable"
    )
    columns = [*SHOWN, "candidate_score", "logprob_per_token", "error"]
    records = to_rows(ordered[columns].head(most))
    return [{name: _plain(value) for name, value in record.items()} for record in records]


def with_nearest(hardest: list[dict[str, Any]], space: TrainSpace) -> list[dict[str, Any]]:
    """Return the hardest rows with their nearest train rows: id, likeness, question, answer."""
    near = space.nearest([one["prompt"] for one in hardest], NEAREST)
    return [
        {
            **one,
            "nearest": [
                {
                    "id": space.ids[place],
                    "similarity": round(float(likeness), 4),
                    "prompt": space.prompts[place],
                    "answer": space.answers[place],
                }
                for place, likeness in zip(near.places[row], near.likeness[row], strict=True)
                if likeness > 0
            ],
        }
        for row, one in enumerate(hardest)
    ]


def changes(cases: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return rows that improved, worsened and stayed wrong, against the base.

    Each kind is ordered by how much changed and takes its rows from the languages in turn.
    """
    gain = cases["candidate_score"] - cases["base_score"]
    picks = {
        "improved": (gain > 0, -gain),
        "worsened": (gain < 0, gain),
        "still wrong": ((gain == 0) & cases["wrong"].astype(bool), cases["candidate_score"]),
    }
    return [
        {"change": change, **{name: case[name] for name in SHOWN}}
        for change, (mask, order) in picks.items()
        for case in _in_turn(cases[mask].assign(order=order[mask]))
    ]


def _in_turn(cases: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return the first rows, one of each language in turn."""
    ordered = cases.sort_values(["order", "id"], kind="stable")
    turn = ordered.groupby("lang").cumcount()
    taken = ordered.assign(turn=turn).sort_values(["turn", "lang"], kind="stable").head(EXAMPLES)
    return to_rows(taken)


def _plain(value: Any) -> Any:
    """Return None for NaN, which JSON cannot hold."""
    return None if isinstance(value, float) and value != value else value  # noqa: PLR0124
