"""Makes a base that has read real questions and answers, as the demo's base has read its shop.

`python -m benchmarks.real_base --data FOLDER --out FOLDER [--hidden 192] [--layers 6]`: FOLDER has
public instructions in English and Chinese, see `TEXTS`. The same small Llama, byte-level BPE, chat
template and training as `tunesmith.demo.pretrain`, on whole conversations in that template. Texts
that share a message with the pairs of `benchmarks.preferences` are left out and counted. Prints the
loss of conversations that it has not read. Takes the GPU where there is one.
"""

import argparse
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.preferences.pairs import SETS
from benchmarks.preferences.pairs import read as read_pairs
from tunesmith.importers.records import Hints, import_records
from tunesmith.rows import Row, message_text
from tunesmith.tasks.chat import messages_of, render

TEXTS = {  # and the columns of those that no shape tells
    "alpaca_en/data.jsonl.gz": {},
    "dialogsum/dev.jsonl.gz": {"prompt": "dialogue", "completion": "summary"},
    "gsm8k/train.jsonl.gz": {},
    "medquad/data.jsonl.gz": {},
    "alpaca_zh/data.jsonl.gz": {},
    "huatuo_med_zh/data.jsonl.gz": {},
    "medicalgpt_zh/medical_sft.jsonl.gz": {},
    "medicalgpt_zh/sharegpt_zh.jsonl.gz": {},
    "toyhom_medical_dialogue_zh/data.jsonl.gz": {"prompt": "ask", "completion": "answer"},
}
VOCABULARY, LONGEST = 6_000, 1_024  # tokens
HELD_OUT = 200  # conversations
SHORT = 20  # characters of a message that may be in both by chance


def main() -> None:
    """Read the texts, train tokenizer and model, and write both."""
    import torch

    from tunesmith.demo.pretrain import build_model, save, train
    from tunesmith.demo.tokenizer import train_tokenizer

    asked = _asked()
    rows = unlike_pairs([row for name in TEXTS for row in read(asked.data, name)], asked.data)
    rows = [rows[place] for place in np.random.default_rng(asked.seed).permutation(len(rows))]
    rows = rows[: asked.most]
    plain = [message_text(one) for row in rows for one in messages_of(row)[0]]
    torch.manual_seed(asked.seed)
    tokenizer = train_tokenizer(plain, VOCABULARY)
    ids = [encoded(row, tokenizer) for row in rows]
    model = build_model(tokenizer, asked.hidden, asked.layers)
    read_ids, held_out = ids[HELD_OUT:], ids[:HELD_OUT]
    print(
        f"{len(read_ids):,} conversations of {sum(map(len, read_ids)):,} tokens, "
        f"{sum(weight.numel() for weight in model.parameters()):,} weights",
        flush=True,
    )
    train(model, read_ids, asked.batch, asked.epochs, asked.seed, asked.learning_rate)
    print(f"unread: {loss_of(model, held_out):.3f} nats a token", flush=True)
    save(model, tokenizer, asked.out)


def read(data: Path, name: str) -> list[Row]:
    """Return the conversations of a file of `TEXTS`."""
    lines = gzip.decompress((data / name).read_bytes()).decode("utf-8").split("\n")
    items = [(number, json.loads(line)) for number, line in enumerate(lines, 1) if line]
    found = import_records(items, name, Hints(task="chat", columns=TEXTS[name]), set())
    if not found.rows:
        raise SystemExit(f"{data / name}: {found.rejected[0].reason}")
    return found.rows


def unlike_pairs(rows: list[Row], data: Path) -> list[Row]:
    """Return the conversations that share no message with a pair that is held out somewhere."""
    known = {
        message_text(one).strip()
        for of in SETS.values()
        for row in read_pairs(data / of.file)
        for side in ("prompt", "chosen", "rejected")
        for one in row[side]
    }
    found = [row for row in rows if not _messages(row) & known]
    print(f"{len(rows) - len(found):,} of {len(rows):,} conversations share a message with a pair")
    return found


def _messages(row: Row) -> set[str]:
    """Return the messages of a conversation that are no mere phrase."""
    texts = {message_text(one).strip() for one in messages_of(row)[0]}
    return {text for text in texts if len(text) >= SHORT}


def encoded(row: Row, tokenizer: Any) -> list[int]:
    """Return a conversation in the chat template, as tokens."""
    text = render(messages_of(row)[0], tokenizer, answer_follows=False)
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids[:LONGEST]


def loss_of(model: Any, ids: list[list[int]]) -> float:
    """Return the mean loss of a token, in nats."""
    import torch

    device, lost, tokens = next(model.parameters()).device, 0.0, 0
    model.eval()
    with torch.inference_mode():
        for one in ids:
            here = torch.tensor([one], device=device)
            lost += float(model(input_ids=here, labels=here).loss) * (len(one) - 1)
            tokens += len(one) - 1
    return lost / tokens


def _asked() -> argparse.Namespace:
    """Return what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--hidden", type=int, default=192)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch", type=int, default=32, help="conversations of a step")
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument("--most", type=int, help="conversations, for a trial")
    return parser.parse_args()


if __name__ == "__main__":
    main()
