"""Prompts that nobody has answered go from a file through every gate to the rows of train."""

import json
from pathlib import Path

import pytest

from tests.stage_runs import run_here
from tests.tunesmith.splitting.test_split import question
from tunesmith.rows import Row, read_rows, to_rows

PARAMS = """
seed: 0
base: {{model: "{base}", digest: null}}
collect:
  folder: inbox
  sources:
    - {{kind: file, path: known.jsonl}}
    - {{kind: file, path: asked.jsonl, task: prompt}}
    - {{kind: file, path: test.jsonl, split: test}}
clean:
  steps:
    - {{kind: length, min_answer_chars: 1}}
    - {{kind: repetition}}
    - {{kind: language, keep: [en, zh, und]}}
    - {{kind: pii, action: mask}}
    - {{kind: exact_duplicates}}
    - {{kind: near_duplicates, similarity: 0.9}}
validate:
  clean:
    expectations:
      - {{kind: unique_ids}}
      - {{kind: roles_alternate}}
      - {{kind: answer_present}}
      - {{kind: no_pii}}
  train:
    expectations:
      - {{kind: answer_present}}
      - {{kind: no_leak}}
      - {{kind: trained_tokens, at_least: 1, max_length: 512}}
      - {{kind: length_tokens, at_most: 512}}
split: {{validation_ratio: 0.2}}
augment: {{steps: []}}
"""
CLEAN = "--examples rows --evaluation-sets sets --forgotten forgotten.csv --kept kept"
SPLIT = "--train train --validation validation --test test --ood ood --dropped dropped"
TABLES = {"clean": ("kept", "kept", "kept"), "train": ("train", "test", "ood")}


def lines(path: Path, *rows: dict[str, str]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def stage(folder: Path, name: str, words: str) -> None:
    done = run_here(folder, name, words)
    assert done.returncode == 0, done.stderr


def validate(folder: Path, suite: str) -> None:
    rows, against, ood = TABLES[suite]
    words = f"--suite {suite} --rows {rows} --against {against} --ood {ood} --evaluation-sets sets"
    words += " --base base --decisions decisions --result r.json --failed f.csv --docs d.html"
    stage(folder, "validate", f"{words} --passed passed")


@pytest.fixture
def train_rows(tiny_base: Path, tmp_path: Path) -> list[Row]:
    """The rows of train that stages make of files with and without answers."""
    (tmp_path / "params.yaml").write_text(PARAMS.format(base=tiny_base))
    for name in ("inbox", "sets"):
        (tmp_path / name).mkdir()
    (tmp_path / "frozen.csv").write_text("id\n")
    (tmp_path / "forgotten.csv").write_text("kind,name\n")
    known = [{"prompt": question(n), "completion": f"It is {n}."} for n in range(30)]
    asked = [{"prompt": question(n)} for n in range(100, 110)]
    asked += [{"prompt": "Write to a.b@example.com, please."}, {"prompt": " "}]
    lines(tmp_path / "inbox" / "known.jsonl", *known)
    lines(tmp_path / "inbox" / "asked.jsonl", *asked, {"prompt": question(500)})
    lines(tmp_path / "inbox" / "test.jsonl", {"prompt": question(500), "completion": "Yes."})
    stage(tmp_path, "base", "--descriptor base")
    stage(tmp_path, "collect", "--folder inbox --examples rows --quarantine q --manifest m.json")
    stage(tmp_path, "clean", f"{CLEAN} --decisions decisions --summary clean.json")
    validate(tmp_path, "clean")
    stage(tmp_path, "split", f"--rows kept --frozen frozen.csv {SPLIT} --summary split.json")
    validate(tmp_path, "train")
    return to_rows(read_rows(tmp_path / "train"))


def test_prompts_are_cleaned_kept_from_the_test_rows_and_learnt(train_rows: list[Row]) -> None:
    prompts = [row for row in train_rows if row["task"] == "prompt"]
    texts = [row["prompt"][0]["content"] for row in prompts]
    assert texts[:10] == [question(n) for n in range(100, 110)]
    assert "a.b@example.com" not in texts[10]  # masked
    assert len(texts) == 11  # neither the empty one nor that of a test row
    assert all(row["completion"] is None for row in prompts)
    assert 0 < len(train_rows) - len(prompts) < 30  # some of the others are validation
