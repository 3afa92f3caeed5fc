"""Rows whose repetitions lie in different partitions, for the tests of cleaning over a cluster."""

import numpy as np

from tests.tunesmith.cleaners.rows_for_tests import chat, labelled
from tunesmith.rows import Row, row_id

WORDS = ["kettle", "order", "refund", "invoice", "parcel", "store", "blue", "cancel", "address"]
CHINESE = "水壶订单退款发票包裹门店蓝色取消地址配送时间"
TEMPLATE = "Where is my order {} with the blue kettle that I bought in your store last week?"
SPLITS: list[str | None] = [None] * 14 + ["train"] * 4 + ["validation", "test"]
SHORT = ["yes please", "no thanks", "好的谢谢", "thank you so much", "what now"]


def rows_with_copies(count: int, seed: int = 0, copies: float = 0.3) -> list[Row]:
    """Return rows of which a share repeats any earlier one: as it is, edited, or relabelled."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for _ in range(count):
        if rows and rng.random() < copies:
            rows.append(_copy(rows[int(rng.integers(len(rows)))], rng))
        else:
            rows.append(_new(rng))
    return [
        {**row, "id": row_id(f"made#{k}", row), "source": f"made_{k % 3}.jsonl:{k}"}
        for k, row in enumerate(rows)
    ]


def _new(rng: np.random.Generator) -> Row:
    """Return a row of its own: chat, a class or a page; few are held out."""
    split = SPLITS[int(rng.integers(len(SPLITS)))]
    kind = rng.random()
    meta = {"intent": WORDS[int(rng.integers(4))]}
    if kind < 0.1:
        return labelled(SHORT[int(rng.integers(5))], "ab"[int(rng.integers(2))], split=split)
    if kind < 0.2:
        body = "\n".join(_text(rng) for _ in range(3))
        page = f"Shop news, page header\n{body}\nmail shop@example.com"
        return {**labelled(page, None, split=split), "task": "text"}
    if kind < 0.5:
        return labelled(_text(rng), "abc"[int(rng.integers(3))], split=split, meta=meta)
    if kind < 0.7:  # many share a bucket, and few say the same
        return chat(TEMPLATE.format(rng.integers(60)), "We look into it.", meta=meta)
    return chat(_text(rng), _text(rng), split=split, meta=meta)


def _text(rng: np.random.Generator) -> str:
    """Return a text, in English or Chinese."""
    if rng.random() < 0.5:
        return "".join(rng.choice(list(CHINESE), int(rng.integers(8, 40)))) + "。"
    return " ".join(rng.choice(WORDS, int(rng.integers(3, 20)))) + f" {rng.integers(100)}."


def _copy(row: Row, rng: np.random.Generator) -> Row:
    """Return the row again, in capitals, with a word more, with another label or a held-out one."""
    way = rng.random()
    column = "text" if row["text"] else "prompt"
    text = row["text"] or row["prompt"][0]["content"]
    changed = text.upper() if way < 0.3 else f"Hello, {text}" if way < 0.6 else f"{text}!"
    value = changed if column == "text" else [{"role": "user", "content": changed}]
    label = "b" if row["label"] and way > 0.8 else row["label"]
    split = "test" if way > 0.95 else row["split"]
    return {**row, column: value, "label": label, "split": split}
