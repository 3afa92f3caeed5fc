"""Small test sets with made-up answers, for the tests of evaluation, analysis and report."""

import json
import random
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from tunesmith.answers import Answers
from tunesmith.metrics import METRICS
from tunesmith.rows import Row, to_frame, write_rows, write_table

PEOPLE = ("Ann", "Ben", "Cleo", "Dan")
GOODS = ("lamp", "tent", "mug")
CITIES = ("上海", "北京", "成都", "西安")
THINGS = ("台灯", "帐篷", "杯子")


def shop_rows(count: int = 80, split: str = "test") -> pd.DataFrame:
    """Return questions to a shop, half English, half Chinese, with a topic in `meta`."""
    return to_frame([_shop_row(number, split) for number in range(count)])


def _shop_row(number: int, split: str) -> Row:
    topic = ("order", "refund")[number // 2 % 2]
    if number % 2:
        who, what = CITIES[number % 4], THINGS[number % 3]
        ask = (
            f"{who}的订单{number}里的{what}在哪里？"
            if topic == "order"
            else f"订单{number}的{what}要退款。"
        )
        answer = (
            f"订单{number}的{what}已经寄到{who}。"
            if topic == "order"
            else f"{what}的退款在五天内到账。"
        )
    else:
        who, what = PEOPLE[number % 4], GOODS[number % 3]
        ask = (
            f"Where is the {what} of order {number}?"
            if topic == "order"
            else f"Refund my {what}, order {number}."
        )
        answer = (
            f"Order {number} is on its way to {who}."
            if topic == "order"
            else f"The {what} is refunded in five days."
        )
    return {
        "id": f"{split}-{number:03d}",
        "task": "chat",
        "prompt": [{"role": "user", "content": ask}],
        "completion": [{"role": "assistant", "content": answer}],
        "source": f"shop_{'zh' if number % 2 else 'en'}.jsonl:{number + 1}",
        "licence": "Apache-2.0",
        "lang": "zh" if number % 2 else "en",
        "split": split,
        "meta": json.dumps({"topic": topic}),
    }


def label_rows(count: int = 60) -> pd.DataFrame:
    """Return a classification of three labels in two languages."""
    texts = {
        "order": ("where is it", "在哪里"),
        "refund": ("money back", "退钱"),
        "hours": ("open when", "几点开门"),
    }
    labels = list(texts)
    return to_frame(
        [
            {
                "id": f"test-{number:03d}",
                "task": "classification",
                "text": f"{texts[labels[number % 3]][number % 2]} {number}",
                "label": labels[number % 3],
                "source": "labels.csv",
                "lang": ("en", "zh")[number % 2],
                "split": "test",
            }
            for number in range(count)
        ]
    )


def predictions(rows: pd.DataFrame, right: float, seed: int, bad_topic: str = "") -> pd.DataFrame:
    """Return answers of which a share is right; those of `bad_topic` are all wrong."""
    rng = random.Random(seed)
    records = [_prediction(row, right, rng, bad_topic) for row in rows.to_dict("records")]
    return pd.DataFrame(records, dtype=object)


def _prediction(row: Row, right: float, rng: random.Random, bad_topic: str) -> dict[str, Any]:
    label = row["task"] == "classification"
    reference = row["label"] if label else row["completion"][0]["content"]
    hit = rng.random() < right and not (bad_topic and bad_topic in (row["meta"] or ""))
    wrong = rng.choice(
        [reference[: len(reference) // 2], reference.replace("五", "三"), "", "no idea"]
    )
    answer = reference if hit else rng.choice(["order", "refund"]) if label else wrong
    confidence = 0.9 if hit else 0.6
    return {
        "id": row["id"],
        "prediction": answer,
        "logprob": None if label else -4.0 * (1.0 if hit else 2.0) - rng.random(),
        "reference_tokens": 0 if label else 8,
        "reference_bytes": None if label else len(reference.encode()),
        "answer_logprob": None if label else -2.0 * (1.0 if hit else 2.0),
        "generated_tokens": max(len(answer), 1),
        "finished": True,
        "truncated": False,
        "logits": None,
        "scores": json.dumps({answer: confidence, "other": 1 - confidence}) if label else None,
    }


def write_predictions(path: Path, table: pd.DataFrame) -> None:
    """Write predictions as stage predict does."""
    write_table(path, pa.Table.from_pandas(table, preserve_index=False))


def write_inputs(folder: Path, rows: pd.DataFrame | None = None) -> None:
    """Write the tables that stages evaluate and analyze read."""
    rows = shop_rows() if rows is None else rows
    write_rows(folder / "test.parquet", rows)
    write_rows(folder / "train.parquet", shop_rows(120, "train"))
    for seed, (name, right) in enumerate({"base": 0.1, "candidate": 0.8, "champion": 0.4}.items()):
        write_predictions(folder / f"{name}.parquet", predictions(rows, right, seed))


def score_of(name: str, answers: Answers) -> float:
    """Return one metric of the registry on all rows."""
    metric = METRICS[name]
    return float(metric.finish(metric.statistics(answers).sum(axis=0)))


def row_scores(name: str, answers: Answers) -> list[float]:
    """Return one metric of the registry on each row alone."""
    metric = METRICS[name]
    scores = metric.rows(metric.statistics(answers))
    assert scores is not None
    found: list[float] = scores.tolist()
    return found
