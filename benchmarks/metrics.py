"""What all metrics with their intervals cost on 10,000 rows, beside doing it one row at a time.

    python -m benchmarks.metrics [--rows 10000]

Made-up answers of three models, half of them English, half Chinese, about 30 tokens each; then a
classification of ten labels with a share of rows out of scope. 1,000 resamples. The target is 2
CPU-seconds a task; it ends with 1 if one is missed. Left out: `embedding_similarity`, which is
timed apart, `minilm_similarity`, which runs a model, and the judge, which asks one.
"""

import argparse
import json
import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from tunesmith.answers import Answers
from tunesmith.metrics import METRICS
from tunesmith.metrics.measure import measure
from tunesmith.metrics.metric import CLASSIFICATION, GENERATION, Metric
from tunesmith.metrics.tokens import tokens

TARGET_SECONDS = 2.0
RESAMPLES = 1000
SAMPLE = 500
ERRORS = {"base": 0.5, "candidate": 0.1, "champion": 0.2}
SLOW = ("embedding_similarity", "minilm_similarity")
LABELS = [f"intent_{number}" for number in range(10)]
Models = dict[str, Answers]


def generations(rows: int) -> Models:
    """Return answers that lose words of their references, some of which are JSON too."""
    rng = random.Random(0)
    words = [
        "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(3000)
    ]
    characters = [chr(0x4E00 + number) for number in range(2500)]
    parts = [
        [rng.choice(characters if row % 2 else words) for _ in range(rng.randint(15, 45))]
        for row in range(rows)
    ]
    references = [_text(part, row) for row, part in enumerate(parts)]
    sizes = np.array([len(part) for part in parts], dtype=np.float64)
    made = {}
    for model, share in ERRORS.items():
        texts = [
            _text([word for word in part if rng.random() > share], row)
            for row, part in enumerate(parts)
        ]
        made[model] = Answers(
            texts,
            references,
            ["zh" if row % 2 else "en" for row in range(rows)],
            logprobs=-sizes * (1 + np.random.default_rng(0).random(rows)),
            reference_tokens=sizes,
            reference_bytes=np.array([len(text.encode()) for text in references], np.float64),
        )
    return made


def _text(words: list[str], row: int) -> str:
    """Return two sentences, as a JSON string, which json_fields needs."""
    middle = len(words) // 2
    gap, stop = ("", "。") if row % 2 else (" ", ". ")
    return f'"{gap.join(words[:middle])}{stop}{gap.join(words[middle:])}{stop.strip()}"'


def classifications(rows: int) -> Models:
    """Return predictions of ten labels; one row in ten is out of scope."""
    rng = np.random.default_rng(0)
    true = rng.integers(0, len(LABELS), rows)
    outside = rng.random(rows) < 0.1
    references = np.where(outside, "oos", np.array(LABELS)[true]).tolist()
    made = {}
    for model, share in ERRORS.items():
        logits = rng.normal(size=(rows, len(LABELS)))
        logits[np.arange(rows), true] += np.where(outside, 0, 4 * (1 - share))
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        predictions = [LABELS[place] for place in shares.argmax(axis=1)]
        scores = [json.dumps(dict(zip(LABELS, row, strict=True))) for row in shares.tolist()]
        made[model] = Answers(predictions, references, scores=scores)
    return made


def cpu_seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU-seconds of a piece of work, of all threads, and its result."""
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def timed(task: str, models: Models, table: Table) -> float:
    """Score all models with all metrics; add one line a metric; return the seconds together."""
    metrics = [one for one in METRICS.values() if task in one.tasks and one.name not in SLOW]
    total, statistics = 0.0, {}
    for metric in metrics:
        seconds, statistics[metric] = cpu_seconds(lambda metric=metric: _of_models(metric, models))
        table.add_row(task, metric.name, f"{seconds:.3f}")
        total += seconds

    def scores() -> None:
        rng = np.random.default_rng(0)
        for measured in measure(statistics, RESAMPLES, 0.95, rng):
            for model in models:
                measured.score(model)
            measured.difference("candidate", "base")
            measured.difference("candidate", "champion")

    seconds, _ = cpu_seconds(scores)
    table.add_row(task, f"intervals, {RESAMPLES:,} resamples", f"{seconds:.3f}")
    table.add_row(task, "together", f"{total + seconds:.3f}", end_section=True)
    return total + seconds


def _of_models(metric: Metric, models: Models) -> dict[str, Any]:
    """Return the row statistics of one metric."""
    return {name: metric.statistics(answers) for name, answers in models.items()}


class _Tokens:
    """Our tokens in rouge_score's form."""

    def tokenize(self, text: str) -> list[str]:
        return tokens(text)


def one_by_one(models: Models) -> float:
    """Return the CPU-seconds of ROUGE, BLEU and chrF++ by their libraries on all rows.

    Measured on a sample without any interval, and scaled up.
    """
    import sacrebleu
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(["rouge1", "rouge2", "rougeL", "rougeLsum"], tokenizer=_Tokens())

    def work(rows: slice) -> None:
        for answers in models.values():
            sample = answers.predictions[rows], answers.references[rows]
            for prediction, reference in zip(*sample, strict=True):
                scorer.score(reference.replace("。", "\n"), prediction.replace("。", "\n"))
            sacrebleu.corpus_chrf(sample[0], [sample[1]], word_order=2)
            for first, tokenizer in enumerate(("13a", "zh")):
                ours = [texts[first::2] for texts in sample]
                sacrebleu.corpus_bleu(ours[0], [ours[1]], tokenize=tokenizer)

    work(slice(-9, None))  # imports
    return cpu_seconds(lambda: work(slice(SAMPLE)))[0] * len(models["base"]) / SAMPLE


def main() -> None:
    """Print one line a metric, and the ratio to the libraries; end with 1 beyond the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    rows = parser.parse_args().rows
    for models in (generations(60), classifications(60)):  # imports are not what is measured
        timed(GENERATION if models["base"].scores is None else CLASSIFICATION, models, Table())
    table = Table("task", "metric", "CPU-seconds")
    made = generations(rows)
    totals = {
        GENERATION: timed(GENERATION, made, table),
        CLASSIFICATION: timed(CLASSIFICATION, classifications(rows), table),
    }
    seconds, _ = cpu_seconds(lambda: _of_models(METRICS["embedding_similarity"], made))
    table.add_row("apart", "embedding_similarity", f"{seconds:.3f}")
    Console().print(table)
    naive = one_by_one(made)
    print(
        f"{rows:,} rows, {len(made)} models; ROUGE, BLEU and chrF++ by rouge_score and sacrebleu, "
        f"without intervals: {naive:.1f} CPU-seconds, {naive / totals[GENERATION]:.1f} times "
        "all of ours with intervals"
    )
    raise SystemExit(1 if max(totals.values()) > TARGET_SECONDS else 0)


if __name__ == "__main__":
    main()
