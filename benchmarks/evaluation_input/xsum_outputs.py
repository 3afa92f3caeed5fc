"""XSum: do the metrics put known summarisers into their known order?"""

import re
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.evaluation_input import Trial
from benchmarks.evaluation_input.samples import Record, read_records
from benchmarks.evaluation_input.tables import markdown
from benchmarks.trial import interval, read
from tunesmith.answers import Answers
from tunesmith.files import write_json
from tunesmith.metrics import METRICS
from tunesmith.metrics.measure import measure

SYSTEMS = ("topic-convs2s", "ptgen", "lead")  # the best first, as published
SHOWN = ("rouge_1", "rouge_2", "rouge_l", "bleu", "chrf", "token_f1", "embedding_similarity")
PUBLISHED = {"rouge_1": 0, "rouge_2": 1, "rouge_l": 3}  # place in `ROUGE(1/2/3/L/SU4)`
RESULT = "xsum.json"
ABOUT = """\
No model runs: the answers are those of three systems of very different quality that came with the
set (Narayan et al. 2018, https://aclanthology.org/D18-1206), 1,500 of its 11,334 test articles.
`lead` is the first sentence after the one that is the reference, `ptgen` a pointer-generator,
`topic-convs2s` the authors' model. The published order, by ROUGE on all articles, is
topic-convs2s > ptgen > lead, and so must ours be.

`multi30k` holds references only, no outputs of systems: no known order to hold BLEU against."""


def run(data: Path, folder: Path) -> None:
    """Score the three systems, their differences, and what rouge_score makes of them."""
    records = read_records(data / "xsum_outputs/pairs.jsonl.gz")
    published = (data / "xsum_outputs/published_rouge_full_test.txt").read_text(encoding="utf-8")
    result = {
        **scored(records),
        "stemmed": {system: stemmed(records, system) for system in SYSTEMS},
        "published": {system: f_scores(published, system) for system in SYSTEMS},
    }
    write_json(folder / RESULT, result)


def scored(records: list[Record]) -> dict[str, Any]:
    """Return metric → score of each system and difference of each pair."""
    references = [record["reference"] for record in records]
    answers = {
        system: Answers([one[system] for one in records], references, ["en"] * len(records))
        for system in SYSTEMS
    }
    table = {
        METRICS[name]: {system: METRICS[name].statistics(own) for system, own in answers.items()}
        for name in SHOWN
    }
    measured = measure(table, 1000, 0.95, np.random.default_rng(0))
    pairs = list(combinations(SYSTEMS, 2))
    return {
        "scores": {
            one.metric.name: {system: one.score(system).as_dict() for system in SYSTEMS}
            for one in measured
        },
        "differences": {
            one.metric.name: {f"{a} − {b}": one.difference(a, b).as_dict() for a, b in pairs}
            for one in measured
        },
    }


def stemmed(records: list[Record], system: str) -> dict[str, float]:
    """Return mean F of rouge_score with Porter's stemmer, as ROUGE-1.5.5 was run with."""
    from rouge_score.rouge_scorer import RougeScorer

    names = {"rouge_1": "rouge1", "rouge_2": "rouge2", "rouge_l": "rougeL"}
    scorer = RougeScorer(list(names.values()), use_stemmer=True)
    found = [scorer.score(one["reference"], one[system]) for one in records]
    return {
        ours: float(np.mean([one[name].fmeasure for one in found])) for ours, name in names.items()
    }


def f_scores(published: str, system: str) -> dict[str, float]:
    """Return the published F scores of a system, from 0 to 1.

    Raises:
        ValueError: the file has no such system.
    """
    found = re.search(
        rf"^{system}-test-output\.rouge\nf-score >> ROUGE\S+: (\S+)$", published, re.M
    )
    if found is None:
        raise ValueError(f"no f-score of {system} among the published")
    values = [float(one) / 100 for one in found[1].split("/")]
    return {name: values[place] for name, place in PUBLISHED.items()}


class Order(NamedTuple):
    """The systems by one metric, best first, and whether all differences are sure."""

    systems: list[str]
    sure: bool


def order_of(result: dict[str, Any], metric: str) -> Order:
    """Return the order that a metric gives; sure where no interval of a difference holds 0."""
    scores = result["scores"][metric]
    systems = sorted(SYSTEMS, key=lambda name: -scores[name]["value"])
    gaps = result["differences"][metric].values()
    return Order(systems, all(gap["low"] > 0 or gap["high"] < 0 for gap in gaps))


def tables(folder: Path) -> list[str]:
    """Return the parts of the page."""
    result = read(folder, RESULT)
    return [scores_table(result), differences_table(result), published_table(result)]


def scores_table(result: dict[str, Any]) -> str:
    """Return every metric of every system."""
    rows = []
    for metric, scores in result["scores"].items():
        order = order_of(result, metric)
        same = "as published" if order.systems == list(SYSTEMS) else " > ".join(order.systems)
        sure = "" if order.sure else ", not all sure"
        rows.append([metric, *(interval(scores[name]) for name in SYSTEMS), f"{same}{sure}"])
    return "## Scores\n\n" + markdown(["metric", *SYSTEMS, "order"], rows)


def differences_table(result: dict[str, Any]) -> str:
    """Return the paired differences."""
    head = ["metric", *next(iter(result["differences"].values()))]
    rows = [
        [metric, *(f"{interval(gap)}, p {gap['p']:.2g}" for gap in gaps.values())]
        for metric, gaps in result["differences"].items()
    ]
    text = "On the same articles, paired bootstrap; 0.002 is the least p of 1,000 resamples."
    return f"## Paired differences\n\n{text}\n\n" + markdown(head, rows)


def published_table(result: dict[str, Any]) -> str:
    """Return our ROUGE beside the published one."""
    rows = [
        [
            system,
            metric,
            *(
                f"{100 * part[system][metric]:.2f}"
                for part in (result["published"], result["stemmed"])
            ),
            f"{100 * result['scores'][metric][system]['value']:.2f}",
        ]
        for system in SYSTEMS
        for metric in PUBLISHED
    ]
    head = ["system", "F × 100", "published, 11,334 articles", "rouge_score, stemmed", "ours"]
    text = "ROUGE-1.5.5 and rouge_score (`use_stemmer`) cut English endings off words; ours do not."
    return f"## Beside the published\n\n{text}\n\n" + markdown(head, rows)


def headline(folder: Path) -> str:
    """Return which metrics give the published order."""
    result = read(folder, RESULT)
    same = [one for one in SHOWN if order_of(result, one) == Order(list(SYSTEMS), True)]
    return (
        f"{len(same)} of {len(SHOWN)} metrics give the published order for sure: {', '.join(same)}"
    )


XSUM_OUTPUTS = Trial(
    "xsum_outputs", "XSum: the order of known systems", ABOUT, run, tables, headline
)
