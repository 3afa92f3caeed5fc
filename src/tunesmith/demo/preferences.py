"""Write a small set for RLHF: `python -m tunesmith.demo.preferences --out data/preferences`.

The shop's answers end in three ways: kindly, with nothing, or by putting the customer off, in words
that the base model knows (of tokens that it never saw an adapter makes noise). The chat rows have
all three equally often, so a model that is trained on them has no taste; the preferences like the
kind ending best and being put off least. The longest ending is the worst, so a reward model that
only counts tokens is no good.
"""

import numpy as np

from tunesmith.demo.files import jsonl, write_as_asked
from tunesmith.demo.rows import Row, RowMaker
from tunesmith.demo.world import Lang

ENDINGS: dict[Lang, tuple[str, str, str]] = {  # from the best to the worst
    "en": (" We are happy.", "", " So wait until the store opens again."),
    "zh": ("谢谢。", "", "过几天再问。"),
}
CHAT_ROWS, PAIRS, TEST_ROWS = 360, 150, 40  # of each language
CARD = """# A set for RLHF: the support desk of Larkfield, with and without manners

Made by a seeded generator, no person, order or address is real. An answer ends kindly, with
nothing, or by putting the customer off, each as often in `chat.jsonl`; `preferences.jsonl` prefers
a kind word to nothing and both to being put off. So what RLHF has to teach can be counted.

Licence: Apache-2.0. Made by `python -m tunesmith.demo.preferences --out data/preferences`.

| file | shape | rows |
|---|---|--:|
"""


def build(seed: int) -> dict[str, str]:
    """Return every file of the set by name; the same seed gives the same text."""
    chat, pairs, test = [], [], []
    for number, lang in enumerate(ENDINGS):
        rng = np.random.default_rng([seed, 77, number])
        maker = RowMaker(lang, rng)
        rows = maker.many(CHAT_ROWS, two_turn_share=0)
        chat += [_answered(row, int(rng.integers(3))) for row in rows]
        pairs += [_pair(row, rng) for row in maker.many(PAIRS, two_turn_share=0)]
        test += [_answered(row, 0) for row in maker.many(TEST_ROWS, two_turn_share=0)]
    files = {"chat.jsonl": chat, "preferences.jsonl": pairs, "test.jsonl": test}
    shapes = ("prompt, completion", "prompt, chosen, rejected", "prompt, completion")
    lines = [
        f"| `{name}` | {shape}, lang | {len(rows)} |"
        for (name, rows), shape in zip(files.items(), shapes, strict=True)
    ]
    return {
        **{name: jsonl(rows) for name, rows in files.items()},
        "README.md": CARD + "\n".join(lines) + "\n",
    }


def _answered(row: Row, ending: int) -> dict[str, object]:
    """Return a chat row whose answer ends in one way."""
    return {"prompt": row.prompt(), "completion": _answer(row, ending), "lang": row.lang}


def _pair(row: Row, rng: np.random.Generator) -> dict[str, object]:
    """Return a preference between two of the three endings."""
    better, worse = sorted(rng.choice(3, 2, replace=False).tolist())
    answers = {"chosen": _answer(row, better), "rejected": _answer(row, worse)}
    return {"prompt": row.prompt(), **answers, "lang": row.lang}


def _answer(row: Row, ending: int) -> list[dict[str, str]]:
    """Return the shop's answer with an ending."""
    return [{"role": "assistant", "content": row.answer + ENDINGS[row.lang][ending]}]


if __name__ == "__main__":
    write_as_asked(build, __doc__)
