"""Small tasks in YAML over rows beside them, and a base model that answers them."""

import json
from pathlib import Path
from typing import Any

CHOICES = [
    {"question": f"{i} 号订单在哪里？" if i % 2 else f"Where is order {i}?", "answer": i % 3}
    for i in range(9)
]
OPTIONS = ["on its way", "已退款", "no"]
MULTIPLE_CHOICE = """\
task: {name}
dataset_path: json
dataset_kwargs: {{data_files: {{test: choices.jsonl}}, cache_dir: {cache}}}
test_split: test
output_type: multiple_choice
doc_to_text: "{{{{question}}}}"
doc_to_choice: {options}
doc_to_target: answer
metric_list:
  - {{metric: acc, aggregation: mean, higher_is_better: true}}
metadata: {{version: 2}}
"""
GENERATE = """\
task: {name}
dataset_path: json
dataset_kwargs: {{data_files: {{test: choices.jsonl}}, cache_dir: {cache}}}
test_split: test
output_type: generate_until
doc_to_text: "{{{{question}}}}"
doc_to_target: "{{{{question}}}}"
generation_kwargs: {settings}
metric_list:
  - {{metric: exact_match, aggregation: mean, higher_is_better: true}}
  - {{metric: chrf, aggregation: chrf, higher_is_better: true}}
"""
ROLLING = """\
task: {name}
dataset_path: json
dataset_kwargs: {{data_files: {{test: choices.jsonl}}, cache_dir: {cache}}}
test_split: test
output_type: loglikelihood_rolling
doc_to_text: ""
doc_to_target: "{{{{question}}}}"
metric_list:
  - {{metric: bits_per_byte}}
"""
LONG = """\
task: long
dataset_path: json
dataset_kwargs: {{data_files: {{test: long.jsonl}}, cache_dir: {cache}}}
test_split: test
output_type: loglikelihood_rolling
doc_to_text: ""
doc_to_target: "{{{{text}}}}"
metric_list:
  - {{metric: word_perplexity}}
  - {{metric: bits_per_byte}}
"""
GROUP = """\
group: both
task: [pick, speak]
aggregate_metric_list:
  - {metric: acc, aggregation: mean, weight_by_size: true}
metadata: {version: 3}
"""
SETTINGS = {"until": ["\n"], "max_gen_toks": 12, "do_sample": False}


def write_tasks(folder: Path, settings: dict[str, Any] | None = None) -> Path:
    """Write the tasks pick, speak and read, the group both of the first two, and their rows."""
    folder.mkdir(parents=True)
    lines = [json.dumps(row, ensure_ascii=False) for row in CHOICES]
    (folder / "choices.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = {"cache": folder.parent / "cache", "options": json.dumps(OPTIONS, ensure_ascii=False)}
    told["settings"] = json.dumps(settings or SETTINGS)
    for name, text in (("pick", MULTIPLE_CHOICE), ("speak", GENERATE), ("read", ROLLING)):
        (folder / f"{name}.yaml").write_text(text.format(name=name, **told), encoding="utf-8")
    (folder / "both.yaml").write_text(GROUP, encoding="utf-8")
    return folder


def write_long(folder: Path) -> Path:
    """Write the task long, of Chinese texts without a space, and its rows."""
    folder.mkdir(parents=True)
    lines = [
        json.dumps({"text": f"第{i}号订单已经寄出，" * 40}, ensure_ascii=False) for i in range(3)
    ]
    (folder / "long.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "long.yaml").write_text(LONG.format(cache=folder.parent / "cache"), encoding="utf-8")
    return folder
