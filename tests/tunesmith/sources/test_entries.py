"""Entries of axolotl, TRL and the alignment handbook as a source."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stages.collect import Collected, collect
from tunesmith.errors import UserError
from tunesmith.sources import CollectParams


def gathered(folder: Path, **options: Any) -> Collected:
    source = {"kind": "entries", **options}
    return collect(folder, CollectParams(folder=folder, sources=[source]).sources)  # type: ignore[list-item]


def write(path: Path, *rows: Mapping[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


AXOLOTL = """
base_model: somewhere/else
datasets:
  - path: json
    data_files: [talk.jsonl]
    type: chat_template
    field_messages: talk
    message_property_mappings: {role: who, content: says}
    roles: {user: [Q], assistant: [A]}
    roles_to_train: [A]
    message_field_training: learn
  - {path: corpus.jsonl, type: completion, field: body}
  - path: own.jsonl
    type: {field_instruction: ask, field_output: reply}
"""


def test_axolotls_entries_are_read_as_they_say(tmp_path: Path) -> None:
    said = [("Q", "Hi"), ("A", "Hello"), ("Q", "So?"), ("A", "Well.")]
    turns = [{"who": who, "says": says} for who, says in said]
    turns[1]["learn"] = False  # type: ignore[assignment]
    write(tmp_path / "talk.jsonl", {"talk": turns})
    write(tmp_path / "corpus.jsonl", {"body": "Once upon a time"})
    write(tmp_path / "own.jsonl", {"ask": "Why?", "reply": "Because."})
    (tmp_path / "axolotl.yaml").write_text(AXOLOTL)
    talk, corpus, own = gathered(tmp_path, path="axolotl.yaml").rows
    assert [turn["content"] for turn in talk["prompt"]] == ["Hi", "Hello", "So?"]
    assert talk["completion"] == [{"role": "assistant", "content": "Well."}]
    assert (corpus["task"], corpus["text"]) == ("text", "Once upon a time")
    assert own["prompt"][0]["content"] == "Why?"


def test_a_mixture_takes_a_share_and_the_columns_that_it_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"prompt": f"q{n}", "completion": "a", "label": True} for n in range(400)]
    write(tmp_path / "sets" / "train.jsonl", *rows)
    entry = {"id": "sets/train.jsonl", "columns": ["prompt", "completion"], "weight": 0.25}
    text = json.dumps({"dataset_mixture": {"datasets": [entry], "seed": 3}})
    (tmp_path / "mixture.yaml").write_text(text)
    found = gathered(tmp_path, path="mixture.yaml").rows
    assert 70 < len(found) < 130
    assert {row["task"] for row in found} == {"chat"}
    assert f"weight 0.25: {len(found)} of 400 rows taken" in capsys.readouterr().out
    assert gathered(tmp_path, path="mixture.yaml").rows == found


def test_a_share_stays_when_the_set_grows(tmp_path: Path) -> None:
    rows = [{"prompt": f"q{n}", "completion": "a"} for n in range(60)]
    entry = {"path": "a.jsonl", "weight": 0.5}
    write(tmp_path / "a.jsonl", *rows[20:])
    before = {row["id"] for row in gathered(tmp_path, datasets=[entry]).rows}
    write(tmp_path / "a.jsonl", *rows)
    assert before < {row["id"] for row in gathered(tmp_path, datasets=[entry]).rows}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"path": "a.jsonl", "shards": 4}, 'unknown key "shards"'),
        ({"path": "a.jsonl", "type": "alpaca_w_magic"}, "'alpaca', 'sharegpt'"),
        ({"path": "a.jsonl", "type": {"format": "[INST]"}}, 'unknown key "format"'),
        ({"path": "a.jsonl", "trust_remote_code": True}, "trust_remote_code"),
        ({"path": "a.jsonl", "roles_to_train": ["user"]}, "only answers are trained"),
        ({"path": "a.jsonl", "train_on_eos": "last"}, "train_on_eos"),
        ({"path": "a.jsonl", "weight": 2}, "less than or equal to 1"),
        ({}, "give either path or id"),
    ],
)
def test_what_an_entry_cannot_have_is_named(
    tmp_path: Path, entry: dict[str, Any], message: str
) -> None:
    (tmp_path / "m.yaml").write_text(json.dumps({"datasets": [entry]}))
    with pytest.raises(UserError, match=message):
        gathered(tmp_path, path="m.yaml")


def test_a_file_without_entries_is_named(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("base_model: x\n")
    with pytest.raises(UserError, match=r"m\.yaml: neither `datasets:` nor"):
        gathered(tmp_path, path="m.yaml")
