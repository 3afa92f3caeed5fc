"""Sets of rows of which one slice is starved on purpose, and learners that are really trained."""

import gzip
import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from tunesmith.demo.rows import RowMaker
from tunesmith.rows import COLUMNS, Row, meta_of, reference_of

Answers = list[str]
Learner = Callable[[list[Row], list[Row], list[Row], int], Answers]
LEFT = 5  # train rows of a starved value
STRANGERS = 8  # rows of other values in the pool for each of a starved one, at most


class Starved(NamedTuple):
    """Rows of one seed.

    Attributes:
        full: train rows before anything was taken.
        train: what is left: few rows of the starved values.
        validation: slices are found on these.
        test: verdicts are on these.
        fresh: nobody looks at these but the last check.
        pool: rows to mine, with their answers, which an oracle gives when one is mined.
        column: that names the values.
        values: that were starved.
    """

    full: list[Row]
    train: list[Row]
    validation: list[Row]
    test: list[Row]
    fresh: list[Row]
    pool: list[Row]
    column: str
    values: tuple[str, ...]


def value_of(row: Row, column: str) -> str:
    """Return the value of a column, such as `label` or `meta.intent`."""
    if column.startswith("meta."):
        return str(meta_of(row)[column.removeprefix("meta.")])
    return str(row[column])


def starve(
    rows: Sequence[Row],
    sizes: dict[str, int],
    column: str,
    starved: int,
    with_pool: bool,
    seed: int,
) -> Starved:
    """Deal rows out by value, and take most train rows of a few values away.

    Args:
        rows: of all values.
        sizes: train, validation, test and fresh rows of each value.
        column: that names the values.
        starved: how many values lose their rows.
        with_pool: what was taken goes to the pool, among rows of other values.
        seed: of all draws.
    """
    rng = np.random.default_rng([seed, 11])
    order = [rows[place] for place in rng.permutation(len(rows))]
    parts: dict[str, list[Row]] = {name: [] for name in (*sizes, "rest")}
    seen: Counter[str] = Counter()
    for row in order:
        place = seen[value_of(row, column)]
        seen[value_of(row, column)] += 1
        name = _part(place, sizes)
        parts[name].append({**row, "split": name})
    known = sorted(seen)
    values = tuple(sorted(rng.choice(known, starved, replace=False).tolist()))
    left: Counter[str] = Counter()
    train, taken = list[Row](), list[Row]()
    for row in parts["train"]:
        value = value_of(row, column)
        keep = value not in values or left[value] < LEFT
        left[value] += keep
        (train if keep else taken).append(row)
    strangers = parts["rest"][: STRANGERS * len(taken)]
    pool = [*taken, *strangers] if with_pool else []
    pool = [pool[place] for place in rng.permutation(len(pool))]
    return Starved(
        parts["train"], train, parts["validation"], parts["test"], parts["fresh"], pool, column,
        values if starved else (),
    )  # fmt: skip


def _part(place: int, sizes: dict[str, int]) -> str:
    """Return which part the row of a value at a place goes to."""
    for name, size in sizes.items():
        if place < size:
            return name
        place -= size
    return "rest"


def demo(seed: int) -> list[Row]:
    """Return support questions of the demo in both languages."""
    rows: list[Row] = []
    for lang in ("en", "zh"):
        for part in range(4):  # one maker runs out of shops and days
            maker = RowMaker(lang, np.random.default_rng([seed, part, lang == "zh"]))  # type: ignore[arg-type]
            rows += [
                _row(
                    f"{lang}-{part}-{place}",
                    lang,
                    task="chat",
                    prompt=one.prompt(),
                    completion=one.completion(),
                    meta=json.dumps({"intent": f"{one.intent}.{lang}", "phrasing": one.phrasing}),
                )
                for place, one in enumerate(maker.many(1400))
            ]
    return rows


def labelled(folder: Path, file: str, lang: str) -> list[Row]:
    """Return the labelled texts of a public set."""
    text = gzip.decompress((folder / file).read_bytes()).decode()
    found = [json.loads(line) for line in text.rstrip("\n").split("\n")]
    return [
        _row(f"{file}-{k}", lang, task="classification", text=one["text"], label=one["label"])
        for k, one in enumerate(found)
    ]


def _row(name: str, lang: str, **cells: Any) -> Row:
    """Return a row."""
    source = f"made:{name.rpartition('-')[2]}"  # a line of one file, as in a project
    return {**dict.fromkeys(COLUMNS), "id": name, "source": source, "lang": lang, **cells}


def linear(train: list[Row], _validation: list[Row], asked: list[Row], seed: int) -> Answers:
    """Learn labels, or the answers as labels, from n-grams of characters."""
    from sklearn.linear_model import SGDClassifier

    from tunesmith.rows import prompt_text
    from tunesmith.text.vectors import fit_vectors, to_vectors

    texts = [prompt_text(row) for row in train]
    vectors = fit_vectors(texts)
    model = SGDClassifier(loss="modified_huber", alpha=1e-5, random_state=seed, max_iter=30)
    model.fit(to_vectors(vectors, texts), [reference_of(row) for row in train])
    found = model.predict(to_vectors(vectors, [prompt_text(row) for row in asked]))
    return [str(one) for one in found]


def phase_of(base: str, dials: dict[str, Any]) -> Learner:
    """Return a learner that trains and asks a model as the stages do.

    Args:
        base: a folder with a model.
        dials: of the phase.
    """

    def learn(train: list[Row], validation: list[Row], asked: list[Row], seed: int) -> Answers:
        os.environ["HF_HUB_OFFLINE"] = "1"
        from stages.train import save
        from tunesmith.models.params import BaseParams
        from tunesmith.models.resolve import resolve
        from tunesmith.prediction.params import PredictParams
        from tunesmith.prediction.run import predict
        from tunesmith.training.params import Phase
        from tunesmith.training.run import train as fit

        with TemporaryDirectory() as place:
            here = Path(place)
            resolve(BaseParams(model=base)).write(here / "base")
            phase = Phase.model_validate({"from": "base", "with": "base", **dials})
            trained = fit(phase, here / "base", train, validation, here / "work" / "sft", seed)
            made = {"data": {}, "settings": {}, "parents": [], "seed": seed}
            save(trained, phase, made, "sft", here / "sft")
            params = PredictParams(batch_size=256, max_new_tokens=64, max_length=512)
            found = predict(here / "sft", asked, params, seed, here / "parts").table
            answers = dict(zip(found["id"], found["prediction"], strict=True))
        return [str(answers[row["id"]]).strip() for row in asked]

    return learn
