"""Markdown tables of what a run left in its reports."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.trial import accounted, interval, read

MODELS = {"base": "base", "candidate": "tuned"}
METRICS = "reports/metrics.json"


def markdown(head: Sequence[str], rows: Iterable[Sequence[object]], numbers: int = 0) -> str:
    """Return a table; so many columns after the first stand to the right."""
    bars = ["---", *["--:"] * numbers, *["---"] * (len(head) - 1 - numbers)]
    lines = [head, *rows]
    text = [f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines]
    return "\n".join([text[0], f"|{'|'.join(bars)}|", *text[1:]])


def _cell(value: object) -> str:
    """Return a value on one line, without what would end its cell."""
    return " ".join(str(value).split()).replace("|", "\\|")


def account_table(folder: Path) -> str:
    """Return what became of every row."""
    rows = [(what, f"{count:,}") for what, count in accounted(folder)]
    return "## Rows\n\n" + markdown(["", "rows"], rows, numbers=1)


def training_table(folder: Path) -> str:
    """Return the validation loss of each phase, at each of its evaluations."""
    rows = []
    for path in sorted((folder / "reports" / "curves").glob("*.csv")):
        curve = pd.read_csv(path)
        losses = curve.loc[curve["split"] == "validation", "loss"]
        shown = " → ".join(f"{loss:.3f}" for loss in losses)
        rows.append([path.stem, method_of(folder, path.stem), curve["step"].max(), shown])
    head = ["phase", "method", "steps", "validation loss"]
    return "## Training\n\n" + markdown(head, rows)


def method_of(folder: Path, phase: str) -> str:
    """Return the dials of a phase in words."""
    from tunesmith.params import load_yaml

    dials = load_yaml(folder / "params.yaml")["phases"][phase]
    method = ", ".join(f"{key} {value}" for key, value in dials["method"].items())
    epochs = f"{dials['epochs']} epoch{'s' if dials['epochs'] != 1 else ''}"
    batch = f"batch {dials['per_device_batch_size']}"
    return f"{method.removeprefix('kind ')}; {epochs}, rate {dials['learning_rate']:g}, {batch}"


def scores_table(folder: Path) -> str:
    """Return every metric on every set, base beside tuned."""
    metrics = read(folder, METRICS)
    sets = {"test": metrics, **metrics["sets"]}
    parts = cut_shares(folder)
    rows = []
    for name, own in sets.items():
        head = [name, f"{100 * parts[name]:.0f} %"]
        for metric, tuned in own["candidate"].items():
            base = own["base"][metric]
            rows.append([*head, metric, f"{tuned['n']:,}", interval(base), interval(tuned)])
            head = ["", ""]
    titles = ["set", "texts cut", "metric", "n", "base", "tuned"]
    return "## Scores\n\n" + markdown(titles, rows)


def cut_shares(folder: Path) -> dict[str, float]:
    """Return the share of each set's texts that the model read in part only."""
    asked = pd.read_parquet(folder / "data/exam/rows.parquet", columns=["id", "split"])
    read_by = pd.read_parquet(
        folder / "data/predictions/candidate.parquet", columns=["id", "truncated"]
    )
    shares = asked.merge(read_by, on="id").groupby("split")["truncated"].mean()
    return {str(name): float(share) for name, share in shares.items()}


def gaps_table(folder: Path) -> str:
    """Return the generalisation gaps: what each set's score is above or below the test rows'."""
    gaps = read(folder, METRICS)["gaps"]
    metrics = list(next(iter(gaps.values()))["candidate"])
    rows = [
        [name, *(interval(models["candidate"][metric]) for metric in metrics)]
        for name, models in gaps.items()
    ]
    text = "Score on the set minus score on the test rows, of the tuned model."
    return f"## Generalisation gaps\n\n{text}\n\n" + markdown(["set", *metrics], rows)


def slices_table(folder: Path, prefixes: Sequence[str], metric: str) -> str:
    """Return the tuned and base scores of the slices with these names."""
    table = pd.read_csv(folder / "reports" / "scores.csv")
    parts = [part for part in table["slice"].unique() if part.partition("=")[0] in prefixes]
    found = [[slice_score(folder, model, part, metric) for model in MODELS] for part in parts]
    rows = [
        [part, f"{scores[0]['n']:,.0f}", *map(interval, scores)]
        for part, scores in zip(parts, found, strict=True)
    ]
    head = ["slice", "n", *MODELS.values()]
    return f"## Slices: {metric}\n\n" + markdown(head, rows, numbers=1)


def slice_score(folder: Path, model: str, part: str, metric: str) -> dict[str, float]:
    """Return one score of a slice of the test rows."""
    table = pd.read_csv(folder / "reports" / "scores.csv").query("set == 'test'")
    keys = ["model", "slice", "metric"]
    line = table.set_index(keys).loc[(model, part, metric)]
    return {name: float(line[name]) for name in ("value", "low", "high", "n")}


def behaviour_table(folder: Path) -> str:
    """Return the failure rates by capability and by test."""
    tree = read(folder, "reports/behaviour.json")
    head = ["", "cases", "base", "tuned", "p"]
    parts = [
        markdown(head, [_behaviour(name, one) for name, one in tree[part].items()], numbers=1)
        for part in ("groups", "tests")
    ]
    how = (
        "Failed cases in per cent; p is McNemar's. The base's head is random: where it gives "
        "nearly every text the same label, it passes INV and DIR. Read these beside MFT."
    )
    return f"## Behaviour\n\n{how}\n\n" + "\n\n".join(parts)


def _behaviour(name: str, one: Mapping[str, Any]) -> list[object]:
    """Return the line of one group or test."""
    rates = [_rate(one["models"][model]) for model in MODELS]
    return [name, one["cases"], *rates, f"{one['against']['base']['p']:.2g}"]


def _rate(told: Mapping[str, Any]) -> str:
    """Return a failure rate in per cent."""
    if told["rate"] is None:
        return "not asked"
    value, low, high = (100 * told["rate"][key] for key in ("value", "low", "high"))
    rest = f", {told['not_asked']} not asked" if told["not_asked"] else ""
    return f"{value:.0f} [{low:.0f}, {high:.0f}]{rest}"


def verdict_text(folder: Path) -> str:
    """Return what the gate said."""
    found = read(folder, "reports/gate.json")
    reasons = "\n".join(f"- {reason}" for reason in found["reasons"])
    return f"## Gate: {found['verdict']}\n\n{reasons}"


def confusions_table(folder: Path, most: int) -> str:
    """Return the label pairs that are taken for each other most often."""
    pairs = read(folder, "reports/analysis/findings.json")["confusions"][:most]
    rows = [
        [one["reference"], one["prediction"], one["count"], f"{100 * one['share']:.0f} %"]
        for one in pairs
    ]
    return "## Confused labels\n\n" + markdown(
        ["reference", "given", "rows", "of the reference's"], rows
    )


def label_errors_table(folder: Path, most: int) -> str:
    """Return the rows whose label is likely wrong, by id; their texts are the data set's own."""
    found = read(folder, "reports/analysis/findings.json")["label_errors"]
    sides = [("test", one) for one in found["test"]] + [("train", one) for one in found["train"]]
    rows = [[side, one["id"], one["given"], one["likely"]] for side, one in sides[:most]]
    text = (
        f"{len(found['test'])} test rows and {len(found['train'])} of {found['train_looked_at']} "
        "train rows near the failures are suspected; the first:"
    )
    head = ["side", "row (`tunesmith why ROW`)", "given", "likely"]
    return f"## Likely label errors\n\n{text}\n\n" + markdown(head, rows)
