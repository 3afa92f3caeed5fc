"""What all metrics with their intervals cost on 10,000 rows, beside doing it one row at a time.

    python -m benchmarks.metrics [--rows 10000]

Made-up answers, half of them English, half Chinese, about 30 tokens each; then a classification of
ten labels with a share of rows out of scope. 1,000 resamples. The target is 2 CPU-seconds a task
for one model; it ends with 1 if one is missed. Beside it stand three models at once and the
differences between them, as stage evaluate has them. Left out: `minilm_similarity`, which runs a
model, and the judge, which asks one.
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
from tunesmith.metrics.bleu_tokens import bleu_tokens
from tunesmith.metrics.chrf import _words
from tunesmith.metrics.columns import tokens_of
from tunesmith.metrics.embedding_similarity import _fitted
from tunesmith.metrics.labels import most_probable
from tunesmith.metrics.measure import measure
from tunesmith.metrics.metric import CLASSIFICATION, GENERATION, Metric
from tunesmith.metrics.tokens import tokens

TARGET_SECONDS = 2.0
RESAMPLES = 1000
SAMPLE = 500
CANDIDATE = "candidate"
ERRORS = {"base": 0.5, "candidate": 0.1, "champion": 0.2}
RUNS_A_MODEL = "minilm_similarity"
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


def timed(task: str, models: Models) -> dict[str, float]:
    """Score models by all metrics of a task; return the CPU-seconds of each, and of intervals."""
    metrics = [one for one in METRICS.values() if task in one.tasks and one.name != RUNS_A_MODEL]
    seconds, statistics = {}, {}
    for metric in metrics:
        seconds[metric.name], statistics[metric] = cpu_seconds(
            lambda metric=metric: _of_models(metric, models)
        )

    def scores() -> None:
        rng = np.random.default_rng(0)
        for measured in measure(statistics, RESAMPLES, 0.95, rng):
            for model in models:
                measured.score(model)
            for other in models:
                if other != CANDIDATE:
                    measured.difference(CANDIDATE, other)

    seconds[f"intervals, {RESAMPLES:,} resamples"], _ = cpu_seconds(scores)
    return seconds


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


def forget() -> None:
    """Let go of the texts that stay split, so that one measurement does not help the next."""
    for kept in (tokens_of, bleu_tokens, _words, _fitted, most_probable):
        kept.cache_clear()


def compared(task: str, models: Models, table: Table) -> tuple[float, float]:
    """Time one model, then all; add a line a metric; return the CPU-seconds of each together."""
    columns = []
    for some in ({CANDIDATE: models[CANDIDATE]}, models):
        forget()
        columns.append(timed(task, some))
    for name, one in columns[0].items():
        table.add_row(task, name, f"{one:.3f}", f"{columns[1][name]:.3f}")
    one, every = (sum(column.values()) for column in columns)
    table.add_row(task, "together", f"{one:.3f}", f"{every:.3f}", end_section=True)
    return one, every


def main() -> None:
    """Print one line a metric, and the ratio to the libraries; end with 1 beyond the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    rows = parser.parse_args().rows
    for task, models in ((GENERATION, generations(60)), (CLASSIFICATION, classifications(60))):
        timed(task, models)  # imports are not what is measured
    table = Table("task", "metric", "one model", "three models", title="CPU-seconds")
    made = generations(rows)
    generation = compared(GENERATION, made, table)
    classification = compared(CLASSIFICATION, classifications(rows), table)
    Console().print(table)
    naive = one_by_one(made)
    print(
        f"{rows:,} rows, three models; ROUGE, BLEU and chrF++ by rouge_score and sacrebleu, "
        f"without intervals: {naive:.1f} CPU-seconds, {naive / generation[1]:.1f} times "
        "all of ours with intervals"
    )
    raise SystemExit(1 if max(generation[0], classification[0]) > TARGET_SECONDS else 0)


if __name__ == "__main__":
    main()
