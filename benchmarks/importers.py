"""Reads the public sets one after the other and prints what became of every row.

    python -m benchmarks.importers --data FOLDER [--only crosswoz]

FOLDER holds one folder a set. A set whose columns are none of ours has a column map below, as a
user would write it in params.yaml. Speed is rows per CPU second of reading and importing.
"""

import argparse
import contextlib
import io
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from stages.collect import Collected, collect
from tunesmith.errors import UserError
from tunesmith.sources import CollectParams
from tunesmith.sources.file import FORMATS

Options = dict[str, Any]
ASKED: Options = {"columns": {"prompt": "input", "completion": "output"}}
MAPPED: dict[str, Options] = {
    "checklist/qqp.jsonl.gz": {"columns": {"text": "data"}},
    "checklist/sentiment.jsonl.gz": {"columns": {"text": "data"}},
    "cmmlu/data.jsonl.gz": {"columns": {"prompt": "Question", "completion": "Answer"}},
    "data_juicer_demo/demo-dataset-annotation-human-preference.jsonl": {
        "columns": {"chosen": "answer1", "rejected": "answer2"}
    },
    "dialogsum/dev.jsonl.gz": {"columns": {"prompt": "dialogue", "completion": "summary"}},
    "disc_law_mcq/data.jsonl.gz": ASKED,
    "disc_law_qa/data.jsonl.gz": ASKED,
    "e2e_nlg/devset.jsonl.gz": {"columns": {"prompt": "mr", "completion": "ref"}},
    "humaneval/data.jsonl.gz": {"columns": {"completion": "canonical_solution"}},
    "imdb_counterfactual/dev_paired.jsonl.gz": {"columns": {"text": "Text", "label": "Sentiment"}},
    "imdb_counterfactual/train_paired.jsonl.gz": {
        "columns": {"text": "Text", "label": "Sentiment"}
    },
    "metric_ground_truth/pltrdy_rouge.jsonl.gz": {
        "columns": {"prompt": "hyp", "completion": "ref"}
    },
    "multi30k/train.jsonl.gz": {"columns": {"prompt": "en", "completion": "de"}},
    "multi30k/val.jsonl.gz": {"columns": {"prompt": "en", "completion": "de"}},
    "presidio_pii/generated.jsonl.gz": {"columns": {"text": "full_text"}},
    "presidio_pii/synth_v2.jsonl.gz": {"columns": {"text": "full_text"}},
    "pubmedqa_l/train_500.jsonl.gz": {"columns": {"completion": "long_answer"}},
    "toyhom_medical_dialogue_zh/data.jsonl.gz": {"columns": {"prompt": "ask"}},
    "toyhom_medical_dialogue_zh/gbk_first200.csv": {"columns": {"prompt": "ask"}},
    "xsum_outputs/pairs.jsonl.gz": {"columns": {"prompt": "lead", "completion": "reference"}},
}
TWICE = {"oasst_trees_100/data.jsonl.gz": ("chat", "preference")}
NO_EXAMPLES = {
    "fastchat_sharegpt_mtbench/mt_bench_questions.jsonl.gz": "questions without answers",
    "neardup_articles/truth_pairs.json": "pairs of ids",
    "xsum_outputs/published_rouge_full_test.txt": "a table of scores",
    "tiny_llm_stories260k/": "a model",
    "tokenizers/gpt2/": "a tokenizer",
    "tokenizers/minimind_zh6400/": "a tokenizer",
}
BY_REGISTRY = "llamafactory_demo/"
QUOTED = re.compile(r'"[^"]*"')


def sources_of(data: Path) -> Iterator[Options]:
    """Yield a source for every file of rows, and the registry that one set brings."""
    yield {"kind": "dataset_info", "path": f"{BY_REGISTRY}dataset_info.json"}
    yield {"kind": "file", "path": f"{BY_REGISTRY}v1_sft_demo.jsonl.gz"}  # not in the registry
    for path in sorted(data.glob("*/**/*")):
        name = path.relative_to(data).as_posix()
        known = any(name.removesuffix(packing).endswith(FORMATS) for packing in (".gz", ".zst", ""))
        if not path.is_file() or not known or name.startswith((BY_REGISTRY, *NO_EXAMPLES)):
            continue
        for task in TWICE.get(name, (None,)):
            yield {"kind": "file", "path": name, "task": task, **MAPPED.get(name, {})}


def read(data: Path, source: Options) -> tuple[Collected | None, str]:
    """Return what a source gives, or the error that it ends with."""
    settings = CollectParams(folder=data, sources=[source])  # type: ignore[list-item]
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return collect(data, settings.sources), ""
    except UserError as error:
        return None, str(error).replace(f"{data}/", "")


def reasons(found: Collected, path: str) -> str:
    """Return why rows of a file were put aside, the commonest first, what was quoted left out."""
    counts = Counter(
        QUOTED.sub('"…"', item["reason"]) for item in found.quarantine if item["file"] == path
    )
    return "; ".join(f"{count:,} {reason}" for reason, count in counts.most_common(3))


def main() -> None:
    """Read the sets, print the table; end with 1 if a set could not be read at all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    table = Table("set", "file", "shape", "rows", "put aside", "why")
    started, total, unread = time.process_time(), 0, 0
    for source in sources_of(options.data):
        if not source["path"].startswith(options.only):
            continue
        found, error = read(options.data, source)
        if found is None:
            unread += 1
            folder, _, file = source["path"].partition("/")
            table.add_row(folder, file, "none", "0", "all", error)
            continue
        for entry in found.entries:
            total += entry["rows"] + entry["quarantined"]
            folder, _, file = entry["path"].partition("/")
            shapes = ", ".join(entry["shapes"])
            numbers = f"{entry['rows']:,}", f"{entry['quarantined']:,}"
            table.add_row(folder, file, shapes, *numbers, reasons(found, entry["path"]))
    for name, what in NO_EXAMPLES.items():
        folder, _, file = name.partition("/")
        table.add_row(folder, file, "", "", "", f"not read: {what}")
    Console(width=160).print(table)
    seconds = time.process_time() - started
    print(f"{total:,} rows in {seconds:.1f} CPU seconds: {total / seconds:,.0f} a second")
    raise SystemExit(1 if unread else 0)


if __name__ == "__main__":
    main()
