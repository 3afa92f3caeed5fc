"""Made-up rows of the kinds, lengths and flaws that real instruction data has.

Half are chat, three in ten classification, two in ten plain text; half English, half Chinese.
Mean lengths follow public sets: chat as alpaca (370 and 190 characters) and huatuo (100), labelled
texts as banking77 (80), clinc150 (60) and THUCNews (26), texts between sst2 and IMDB (100 to 920)
and Chinese poems (100). Every third text holds a figure; three rows in ten have a flaw, one in
twenty repeats an earlier one. Chat and classification rows have one of 20 intents, whose words
show here and there, and one label in twenty is wrong: `meta.true` has the right one.
English words are those of Python's own help, so that a text of them reads as English to a detector,
with a common word such as "the" in three of ten places; real text has more.
"""

import json
import re
from collections.abc import Callable
from pydoc_data.topics import topics

import numpy as np

from tunesmith.rows import Row, row_id

WORD = re.compile(r"(?<![\w.`*'-])[a-z]{2,12}(?![\w.`*('=-])")
RARER = sorted(set(WORD.findall(" ".join(topics.values()))))  # two to three thousand
COMMON = ["the", "of", "and", "with", "what", "how", "this", "that", "for", "you", "to", "is", "it"]
EN = np.array([*np.random.default_rng(1).permutation(RARER), *COMMON * 85])
ZH = np.array([chr(code) for code in range(0x5000, 0x5800)])
INTENTS = 20
INTENT_WORDS = 12  # words that an intent uses more than others do
TELLING = 0.12  # share of a text's words that are of its intent
WRONG = 0.05  # of the labels
FLAWED = 0.3
CLAUSE = {"en": 9, "zh": 12}  # words between two punctuation marks
MARKS = {"en": [",", ".", ";", "?"], "zh": ["，", "。", "、", "？"]}
Lengths = tuple[int, int]
LENGTHS: dict[
    tuple[str, str], tuple[Lengths, ...]
] = {  # words of question and answer, or of a text
    ("chat", "en"): ((5, 25), (8, 75)),
    ("chat", "zh"): ((10, 50), (20, 260)),
    ("classification", "en"): ((4, 20),),
    ("classification", "zh"): ((12, 50),),
    ("text", "en"): ((20, 200),),
    ("text", "zh"): ((50, 300),),
}
TASKS = ["chat"] * 5 + ["classification"] * 3 + ["text"] * 2
Flaw = Callable[[str, np.random.Generator], str]
FLAWS: dict[str, Flaw] = {
    "html": lambda text, _: f"<p>{text}</p>&nbsp;",
    "mojibake": lambda text, _: f"{text}，“好”".encode().decode("latin-1"),
    "control": lambda text, _: f"{text[:9]}\x00\u200b{text[9:]}",
    "email": lambda text, rng: f"{text} user{rng.integers(10**6)}@example.com",
    "phone": lambda text, rng: f"{text} 138{rng.integers(10**8):08d}",
    "empty": lambda _text, _rng: " ",
    "german": lambda _, rng: f"Ich möchte die Bestellung {rng.integers(10**6)} bitte stornieren.",
    "repeated": lambda text, _: f"{text[:20]} " * 30,
}


def made_text(lang: str, intent: int, length: Lengths, rng: np.random.Generator) -> str:
    """Return one text with punctuation, a figure in every third, and a few words of its intent."""
    vocabulary = ZH if lang == "zh" else EN
    count = int(rng.integers(*length))
    words = rng.choice(vocabulary, count).astype(object)
    telling = np.flatnonzero(rng.random(count) < TELLING)
    words[telling] = vocabulary[
        intent * INTENT_WORDS + rng.integers(INTENT_WORDS, size=len(telling))
    ]
    ends = np.arange(int(rng.integers(3, CLAUSE[lang])), count, CLAUSE[lang])
    words[ends] += rng.choice(MARKS[lang], len(ends)).astype(object)
    if rng.random() < 1 / 3:
        words[rng.integers(count)] = str(rng.integers(10 ** rng.integers(1, 6)))
    return str(("" if lang == "zh" else " ").join(words)).capitalize()


def made_row(number: int, rng: np.random.Generator) -> Row:
    """Return one row; of ten, three have a flaw."""
    task, lang = TASKS[number % len(TASKS)], "zh" if rng.random() < 0.5 else "en"
    intent = int(rng.integers(INTENTS))
    first, *rest = (made_text(lang, intent, length, rng) for length in LENGTHS[task, lang])
    if rng.random() < FLAWED:
        first = list(FLAWS.values())[rng.integers(len(FLAWS))](first, rng)
    row: Row = {"task": task, "source": f"made.jsonl:{number + 1}", "lang": lang}
    if task == "text":
        return {**row, "text": first}
    given = int(rng.integers(INTENTS)) if rng.random() < WRONG else intent
    row["meta"] = json.dumps({"intent": f"intent {given}", "true": f"intent {intent}"})
    if task == "classification":
        return {**row, "text": first, "label": f"intent {given}"}
    prompt = [{"role": "user", "content": first}]
    return {**row, "prompt": prompt, "completion": [{"role": "assistant", "content": rest[0]}]}


def made_rows(count: int, seed: int) -> list[Row]:
    """Return the made rows; one in twenty repeats an earlier one, in capitals or cut short."""
    rng = np.random.default_rng(seed)
    rows = [made_row(number, rng) for number in range(count)]
    for place in range(20, count, 20):
        earlier = rows[place - int(rng.integers(1, 20))]
        rows[place] = {**_copied(earlier, rng), "source": rows[place]["source"]}
    return [{**row, "id": row_id(row["source"], row)} for row in rows]


def _copied(row: Row, rng: np.random.Generator) -> Row:
    """Return a row with its first text in capitals or cut short."""
    text = row["prompt"][0]["content"] if row["task"] == "chat" else row["text"]
    copy = text.upper() if rng.random() < 0.5 else text[:-1]
    if row["task"] == "chat":
        return {**row, "prompt": [{"role": "user", "content": copy}]}
    return {**row, "text": copy}
