"""Prints the demo's scores as the Markdown table of the README, from what the last run left.

`make demo`, then `python -m benchmarks.demo_results`.
"""

from pathlib import Path

import pandas as pd

SCORES = Path("reports/scores.csv")
SHOWN = ["exact_match", "rouge_l", "bleu", "chrf"]
SLICES = ["overall", "lang=en", "lang=zh", "meta.phrasing=seen", "meta.phrasing=unseen"]


def main() -> None:
    """Print one row a slice and metric."""
    scores = pd.read_csv(SCORES)
    scores = scores[scores["set"] == "test"].set_index(["model", "slice", "metric"])
    print("| test rows | n | metric | base | tuned |\n|---|--:|---|---|---|")
    for name in SLICES:
        for metric in SHOWN if name == "overall" else SHOWN[:2]:
            base, tuned = (scores.loc[(model, name, metric)] for model in ("base", "candidate"))
            print(f"| {name} | {tuned['n']:.0f} | {metric} | {shown(base)} | {shown(tuned)} |")


def shown(score: pd.Series) -> str:
    """Return `value [low, high]`."""
    return f"{score['value']:.3g} [{score['low']:.3g}, {score['high']:.3g}]"


if __name__ == "__main__":
    main()
