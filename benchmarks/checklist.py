"""CheckList's sentiment suite asked of classifiers trained on SST-2, with failure rates and p.

    python -m benchmarks.checklist --data FOLDER [--neutral]

FOLDER holds the public sets `sst2` and `checklist`. The candidate is a logistic regression on the
TF-IDF of words and pairs of words, the champion naive Bayes on word counts, the base the more
frequent label. CheckList knows three labels and these classifiers two: cases that expect neutral
are left out and counted; with `--neutral`, a probability of positive from 1/3 to 2/3 is neutral.
"""

import argparse
import gzip
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from tunesmith.behaviour.expand import Expanded, behaviour_rows
from tunesmith.behaviour.regressions import regressions
from tunesmith.behaviour.score import score_behaviour
from tunesmith.rows import Row

LABELS = {"0": "negative", "2": "positive"}  # of CheckList; SST-2's are 0 and 1
CONFIDENCE = 0.95


def read(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a packed file."""
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines]


def classifiers(texts: list[str], labels: list[str]) -> dict[str, Any]:
    """Return three classifiers, each trained on the same texts."""
    from sklearn.dummy import DummyClassifier
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    models = {
        "base": make_pipeline(CountVectorizer(), DummyClassifier(strategy="prior")),
        "candidate": make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), min_df=2, token_pattern=r"[\w']+"),
            LogisticRegression(C=10, max_iter=1000),
        ),
        "champion": make_pipeline(CountVectorizer(token_pattern=r"[\w']+"), MultinomialNB()),
    }
    for model in models.values():
        model.fit(texts, labels)
    return models


def predictions(model: Any, rows: list[Row]) -> dict[str, dict[str, Any]]:
    """Return a classifier's answers as stage predict writes them, by row."""
    chances = model.predict_proba([row["text"] for row in rows])
    names = [str(name) for name in model.classes_]
    return {
        row["id"]: {
            "prediction": names[int(line.argmax())],
            "scores": json.dumps(dict(zip(names, map(float, line), strict=True))),
        }
        for row, line in zip(rows, chances, strict=True)
    }


def expand(data: Path, neutral: bool) -> Expanded:
    """Return the rows of the suite, through a folder of tests as a project has one.

    All cases are asked and nothing is perturbed, so there is no chance for a seed to play with.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "checklist").mkdir()
        file = "checklist/sentiment.jsonl.gz"
        shutil.copy(data / file, folder / file)
        band = {"neutral": [1 / 3, 2 / 3]} if neutral else {}
        line = json.dumps({"checklist": file, "labels": LABELS, **band})
        (folder / "sentiment.jsonl").write_text(f"{line}\n", encoding="utf-8")
        return behaviour_rows(folder, [], "classification", seed=0)


def table(part: dict[str, Any], models: list[str]) -> str:
    """Return failure rates with intervals as Markdown, one line a group or test."""
    head = ["", "cases", *models, "p (candidate, champion)"]
    lines = [f"| {' | '.join(head)} |", "|---|--:|" + "---|" * (len(models) + 1)]
    for name, one in part.items():
        rates = [_rate(one["models"][model]) for model in models]
        p = one["against"]["champion"]["p"]
        lines.append(f"| {name} | {one['cases']} | {' | '.join(rates)} | {p:.2g} |")
    return "\n".join(lines)


def _rate(told: dict[str, Any]) -> str:
    """Return a failure rate in per cent; how many cases decided nothing, if any."""
    if told["rate"] is None:
        return "not asked"
    value, low, high = (100 * told["rate"][key] for key in ("value", "low", "high"))
    rest = f", {told['not_asked']} not asked" if told["not_asked"] else ""
    return f"{value:.0f} [{low:.0f}, {high:.0f}]{rest}"


def main() -> None:
    """Print what is left out, the tables, and what a gate would say."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--neutral", action="store_true", help="take two classes for three")
    args = parser.parse_args()
    names = {0: "negative", 1: "positive", "0": "negative", "1": "positive"}
    train, dev = (read(args.data / "sst2" / f"{name}.jsonl.gz") for name in ("train", "dev"))
    models = classifiers([row["text"] for row in train], [names[row["label"]] for row in train])
    for name, model in models.items():
        score = model.score([row["text"] for row in dev], [names[row["label"]] for row in dev])
        print(f"{name}: accuracy on SST-2 dev {score:.3f}, n = {len(dev)}")
    started = time.process_time()
    found = expand(args.data, args.neutral)
    answers = {name: predictions(model, found.rows) for name, model in models.items()}
    expanded = time.process_time()
    tree = score_behaviour(found.rows, answers, CONFIDENCE)
    print(
        f"{len(found.rows):,} rows; {expanded - started:.1f} CPU-seconds to expand and predict, "
        f"{time.process_time() - expanded:.1f} to score"
    )
    for one in found.left_out:
        print(f"left out: {one.test}: {one.cases} cases: {one.reason}")
    print(f"\n{table(tree['groups'], tree['models'])}\n\n{table(tree['tests'], tree['models'])}\n")
    for line in regressions(tree, confidence=CONFIDENCE):
        if line.worse:
            print(f"worse than the champion: {line.name}: {line.difference:+.2f}, p {line.p:.2g}")


if __name__ == "__main__":
    main()
