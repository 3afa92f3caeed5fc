"""Write preference pairs of the demo's shop: `python -m tunesmith.demo.pairs --out pairs.jsonl`.

Chosen is the right answer to a question. Rejected is the same answer with another customer's facts,
the answer to another question, or a rude one, in turn. The facts are drawn apart from those of
data/demo, so that stages collect and clean see new questions.
"""

import argparse
from pathlib import Path

import numpy as np

from tunesmith.demo.generate import jsonl
from tunesmith.demo.rows import TOPICS, Row, RowMaker
from tunesmith.demo.shapes import Record
from tunesmith.demo.world import Lang

APART = 7  # what the seed of data/demo is not
RUDE: dict[Lang, str] = {
    "en": "That is not our problem. Look it up yourself.",
    "zh": "这不关我们的事，自己去查。",
}


def build(rows: int, seed: int) -> list[Record]:
    """Return so many pairs, English and Chinese in turn; the same seed gives the same pairs."""
    languages: tuple[Lang, ...] = ("en", "zh")
    makers = [
        RowMaker(lang, np.random.default_rng([seed, APART, place]))
        for place, lang in enumerate(languages)
    ]
    halves = [maker.many(-(-rows // 2)) for maker in makers]
    both = zip(*halves, strict=True)
    made = [
        _pair(row, _worse(row, number, maker))
        for number, pair in enumerate(both)
        for row, maker in zip(pair, makers, strict=True)
    ]
    return made[:rows]


def _worse(row: Row, number: int, maker: RowMaker) -> str:
    """Return a wrong answer to a row, of the kind whose turn it is."""
    kind = number // len(TOPICS[row.lang]) % 3
    if kind == 2:
        return RUDE[row.lang]
    others = [intent for intent in TOPICS[row.lang] if intent != row.intent]
    intent = row.intent if kind == 0 else maker.pick(tuple(others))
    answer = maker.fresh(intent, two_turn_share=0.0).answer
    return answer if answer != row.answer else RUDE[row.lang]


def _pair(row: Row, worse: str) -> Record:
    """Return a row and a wrong answer as a preference record."""
    return {
        "prompt": row.prompt(),
        "chosen": row.completion(),
        "rejected": [{"role": "assistant", "content": worse}],
        "lang": row.lang,
        "intent": row.intent,
    }


def main() -> None:
    """Write the pairs to `--out`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    flags = parser.parse_args()
    flags.out.parent.mkdir(parents=True, exist_ok=True)
    flags.out.write_text(jsonl(build(flags.rows, flags.seed)), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
