"""Does the analysis name a weakness that was planted, and is it silent where there is none?

No model is trained. Rows are those of the demo's generator, and of public sets with `--data`; the
answers are made up: wrong on 15 in 100 rows, and on 25 more in 100 rows of the planted slice. A
slice is named if one of the first three findings has half of its rows in common (Jaccard).
"""

import argparse
import gzip
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stages.analyze import analyze
from tunesmith.analysis import AnalyzeParams
from tunesmith.analysis.find import find_slices
from tunesmith.demo.rows import RowMaker
from tunesmith.rows import Row, meta_of, prompt_text, reference_of, to_frame
from tunesmith.text.negation import negates
from tunesmith.text.numbers import numbers

Mask = NDArray[np.bool_]
Rng = np.random.Generator

ERROR, EXTRA = 0.15, 0.25
SHARES = (0.04, 0.15)  # of the rows, that the planted slice has
ALIKE = 0.5
SIZE = 2000
TOP = 3
NULL_SEEDS = 3  # runs without a plant for each seed: their share is near its limit
KINDS = ("language", "length", "label", "keyword", "negation", "number", "conjunction")


class Corpus(NamedTuple):
    """Rows to draw from, and those to call train."""

    name: str
    rows: list[Row]
    train: list[Row]
    declared: tuple[str, ...]


class Outcome(NamedTuple):
    """What one run found."""

    named: bool
    found: list[str]
    planted: str
    seconds: float


def demo_corpus(langs: Iterable[str], seed: int = 0, parts: int = 3) -> Corpus:
    """Return support questions of the demo's generator in one language or both."""
    rows: list[Row] = []
    for lang in sorted(langs):
        for part in range(parts):  # one maker runs out of shops and days
            maker = RowMaker(lang, np.random.default_rng([seed, part]))  # type: ignore[arg-type]
            drawn = [*maker.many(1400), *maker.many(500, "unseen")]
            rows += [_chat(f"{lang}-{part}-{place}", one, lang) for place, one in enumerate(drawn)]
    return _halved(f"demo {'+'.join(sorted(langs))}", rows, ("lang", "meta.intent", "length"))


def _chat(name: str, row: object, lang: str) -> Row:
    """Return a row of the demo as an example."""
    meta = {"intent": row.intent, "phrasing": row.phrasing}  # type: ignore[attr-defined]
    return {
        "id": name,
        "task": "chat",
        "prompt": row.prompt(),  # type: ignore[attr-defined]
        "completion": row.completion(),  # type: ignore[attr-defined]
        "source": f"demo_{lang}.jsonl",
        "lang": lang,
        "meta": json.dumps(meta),
    }


def labelled_corpus(name: str, folder: Path, files: dict[str, str]) -> Corpus:
    """Return labelled texts of public sets: file → language."""
    rows: list[Row] = []
    for file, lang in files.items():
        text = gzip.decompress((folder / file).read_bytes()).decode()
        for line, record in enumerate(text.rstrip("\n").split("\n")):
            one = json.loads(record)
            rows.append(
                {
                    "id": f"{file}-{line}",
                    "task": "classification",
                    "text": one["text"],
                    "label": one.get("domain", one["label"]),  # 150 intents have too few rows each
                    "source": file,
                    "lang": lang,
                }
            )
    return _halved(name, rows, ("label", "length"))


def _halved(name: str, rows: list[Row], declared: tuple[str, ...]) -> Corpus:
    """Deal the rows into those to draw from, two thirds, and train."""
    order = np.random.default_rng(7).permutation(len(rows))
    shuffled = [rows[place] for place in order]
    cut = len(rows) * 2 // 3
    return Corpus(name, shuffled[:cut], shuffled[cut:], declared)


def plant(kind: str, corpus: Corpus, size: int, rng: Rng) -> tuple[str, Mask]:
    """Return a slice of a kind that some of the corpus' rows have, and which.

    Raises:
        LookupError: no slice of that kind has enough rows.
    """
    for _ in range(200):
        name, mask = PLANTS[kind](corpus, rng)
        if mask.sum() >= 2 * SHARES[0] * size and (~mask).sum() >= size:
            return name, mask
    raise LookupError(f"{corpus.name}: no {kind}")


def _language(corpus: Corpus, rng: Rng) -> tuple[str, Mask]:
    lang = str(rng.choice(["en", "zh"]))
    return f"lang={lang}", np.array([row["lang"] == lang for row in corpus.rows])


def _length(corpus: Corpus, rng: Rng) -> tuple[str, Mask]:
    sizes = np.array([len(prompt_text(row)) for row in corpus.rows])
    share = rng.uniform(0.06, 0.15)
    if rng.random() < 0.5:
        bound = int(np.quantile(sizes, share))
        return f"prompt_chars<={bound}", sizes <= bound
    bound = int(np.quantile(sizes, 1 - share))
    return f"prompt_chars>={bound}", sizes >= bound


def _label(corpus: Corpus, rng: Rng) -> tuple[str, Mask]:
    labels = [label_of(row) for row in corpus.rows]
    label = str(rng.choice(sorted(set(labels))))
    return f"label={label}", np.array([one == label for one in labels])


def label_of(row: Row) -> str:
    """Return the label of a row, of the demo its intent."""
    return str(row["label"] if row["task"] == "classification" else meta_of(row)["intent"])


def _keyword(corpus: Corpus, rng: Rng) -> tuple[str, Mask]:
    """Pick a word of some question: an English one, or two or three Chinese characters."""
    prompts = [prompt_text(row).lower() for row in corpus.rows]
    while True:
        text = prompts[int(rng.integers(len(prompts)))]
        if text.isascii():
            word = str(rng.choice(text.split())).strip(".,?!'")
            mask = np.array([word in one.replace("?", " ").split() for one in prompts])
        else:
            start, size = int(rng.integers(len(text))), int(rng.integers(2, 4))
            word = text[start : start + size]
            mask = np.array([word in one for one in prompts])
        whole = len(word) >= 2 and (word.isalpha())
        if whole and 0.01 <= mask.mean() <= 0.3:
            return f'prompt has "{word}"', mask


def _negation(corpus: Corpus, _rng: Rng) -> tuple[str, Mask]:
    return "negation=yes", np.array([negates(prompt_text(row)) for row in corpus.rows])


def _number(corpus: Corpus, rng: Rng) -> tuple[str, Mask]:
    some = np.array([bool(numbers(prompt_text(row))) for row in corpus.rows])
    return ("numbers=yes", some) if rng.random() < 0.5 else ("numbers=no", ~some)


def _conjunction(corpus: Corpus, rng: Rng) -> tuple[str, Mask]:
    """Join two slices of other kinds, neither of which is most of the other."""
    kinds = ["label", "keyword", "length_third", "negation", "number"]
    if len({row["lang"] for row in corpus.rows}) > 1:
        kinds.append("language")
    while True:
        first, second = rng.choice(kinds, 2, replace=False)
        (one, left), (other, right) = (PLANTS[str(kind)](corpus, rng) for kind in (first, second))
        both = left & right
        if both.mean() > 0.01 and both.sum() < 0.6 * min(left.sum(), right.sum()):
            return f"{one} and {other}", both


def _length_third(corpus: Corpus, rng: Rng) -> tuple[str, Mask]:
    sizes = np.array([len(prompt_text(row)) for row in corpus.rows])
    if rng.random() < 0.5:
        bound = int(np.quantile(sizes, 1 / 3))
        return f"prompt_chars<={bound}", sizes <= bound
    bound = int(np.quantile(sizes, 2 / 3))
    return f"prompt_chars>={bound}", sizes >= bound


PLANTS: dict[str, Callable[[Corpus, Rng], tuple[str, Mask]]] = {
    "language": _language,
    "length": _length,
    "label": _label,
    "keyword": _keyword,
    "negation": _negation,
    "number": _number,
    "conjunction": _conjunction,
    "length_third": _length_third,
}


def run(
    kind: str | None, corpus: Corpus, seed: int, size: int = SIZE, extra: float = EXTRA
) -> Outcome:
    """Plant a slice (None: none), make up answers, and let the analysis look."""
    rng = np.random.default_rng([seed, crc32(f"{corpus.name} {kind}".encode())])
    nothing = ("", np.zeros(len(corpus.rows), dtype=bool))
    planted, mask = plant(kind, corpus, size, rng) if kind else nothing
    taken = drawn(mask, size, rng)
    rows, inside = to_frame([corpus.rows[place] for place in taken]), mask[taken]
    wrong = rng.random(size) < ERROR + extra * inside
    started = time.process_time()
    settings = AnalyzeParams(metric="exact_match", slices=corpus.declared)
    found = find_slices(rows, to_frame(corpus.train[:2000]), 1.0 - wrong, settings, seed).weak
    seconds = time.process_time() - started
    named = any(alike(one.mask, inside) >= ALIKE for one in found[:TOP])
    return Outcome(named, [one.name for one in found], planted, seconds)


def drawn(mask: Mask, size: int, rng: Rng) -> NDArray[np.int64]:
    """Return places of which a planted slice has a share of 4 to 15 in 100."""
    inside = np.flatnonzero(mask)
    most = min(SHARES[1], len(inside) / size) if len(inside) else 0.0
    few = int(rng.uniform(SHARES[0], most) * size) if len(inside) else 0
    others = rng.choice(np.flatnonzero(~mask), size - few, replace=False)
    return rng.permutation([*rng.choice(inside, few, replace=False), *others]).astype(np.int64)


def alike(first: Mask, second: Mask) -> float:
    """Return the share of common rows among those of either."""
    return float((first & second).sum() / max((first | second).sum(), 1))


def corpora(data: Path | None) -> list[Corpus]:
    """Return the demo's rows, and those of public sets."""
    found = [demo_corpus(["en"]), demo_corpus(["zh"]), demo_corpus(["en", "zh"])]
    if data is None:
        return found
    sets = {
        "sst2 en": {"sst2/train.jsonl.gz": "en"},
        "clinc150 en": {"clinc150/train.jsonl.gz": "en"},
        "thucnews zh": {"thucnews_titles/dev.jsonl.gz": "zh"},
        "clinc150+thucnews": {
            "clinc150/train.jsonl.gz": "en",
            "thucnews_titles/dev.jsonl.gz": "zh",
        },
    }
    return [*found, *(labelled_corpus(name, data, files) for name, files in sets.items())]


def cpu_seconds(rows: list[Row], train: list[Row], seed: int = 0) -> float:
    """Return the CPU-seconds of the whole analysis of made-up answers to these rows."""
    rng = np.random.default_rng(seed)
    frame = to_frame(rows)
    wrong = rng.random(len(rows)) < ERROR
    references = [reference_of(row) for row in rows]
    others = rng.permutation(references)
    answers = np.where(wrong, others, references)
    labels = rows[0]["task"] == "classification"
    model = pd.DataFrame(
        {
            "id": frame["id"],
            "prediction": answers,
            "finished": True,
            "truncated": False,
            "logprob": None if labels else -rng.random(len(rows)) * 20,
            "reference_tokens": 0 if labels else 10,
            "answer_logprob": None if labels else -rng.random(len(rows)) * 5,
            "generated_tokens": None if labels else 10,
            "scores": [json.dumps({str(one): 0.9}) if labels else None for one in answers],
            "exact_match": [float(a == b) for a, b in zip(answers, references, strict=True)],
        }
    )
    per_row = pd.concat([model.assign(model=one) for one in ("base", "candidate", "champion")])
    slices = ("lang", "label" if labels else "meta.intent", "length", "negation", "novelty")
    settings = AnalyzeParams(metric="exact_match", slices=slices, encoder="characters")
    started = time.process_time()
    analyze(frame, to_frame(train), per_row, settings, seed, model)
    return time.process_time() - started


def print_speed(data: Path | None) -> None:
    """Print the CPU-seconds of 10,000 predictions with as many train rows."""
    found = [demo_corpus(["en", "zh"], parts=6)]
    if data is not None:
        files = {"clinc150/train.jsonl.gz": "en", "thucnews_titles/dev.jsonl.gz": "zh"}
        found.append(labelled_corpus("clinc150+thucnews", data, files))
    for corpus in found:
        rows = [*corpus.rows, *corpus.train]
        seconds = cpu_seconds(rows[:10_000], rows[10_000:20_000])
        train = len(rows[10_000:20_000])
        print(f"{corpus.name}: 10,000 predictions, {train:,} train rows: {seconds:.1f} CPU-seconds")


def cell(kind: str | None, corpus: Corpus, seeds: int, verbose: bool) -> str:
    """Return in how many runs the slice was named; without a kind, nothing was found."""
    if kind == "language" and len({row["lang"] for row in corpus.rows}) == 1:
        return "–"
    outcomes = [run(kind, corpus, seed) for seed in range(seeds)]
    good = [one.named if kind else not one.found for one in outcomes]
    for one, fine in zip(outcomes, good, strict=True):
        if verbose and not fine:
            print(f"{corpus.name}, {kind}: {one.planted} -> {one.found[:4]}", file=sys.stderr)
    return f"{sum(good)} of {len(good)}"


def main() -> None:
    """Print rows × kind: how often the slice was named; and how often nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--speed", action="store_true")
    flags = parser.parse_args()
    if flags.speed:
        print_speed(flags.data)
        return
    started = time.process_time()
    print(f"| rows | {' | '.join(KINDS)} | none planted |", flush=True)
    print(f"|---|{'--:|' * (len(KINDS) + 1)}", flush=True)
    for corpus in corpora(flags.data):
        cells = [cell(kind, corpus, flags.seeds, flags.verbose) for kind in KINDS]
        cells.append(cell(None, corpus, NULL_SEEDS * flags.seeds, flags.verbose))
        print(f"| {corpus.name} | {' | '.join(cells)} |", flush=True)
    print(f"{time.process_time() - started:.0f} CPU-seconds")


if __name__ == "__main__":
    main()
