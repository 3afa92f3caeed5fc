"""LLaMA-Factory's registry as a source."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stages.collect import Collected, collect
from tunesmith.errors import UserError
from tunesmith.rows import meta_of
from tunesmith.sources import CollectParams


def gathered(folder: Path, registry: Mapping[str, Any], **options: Any) -> Collected:
    (folder / "dataset_info.json").write_text(json.dumps(registry))
    source = {"kind": "dataset_info", "path": "dataset_info.json", **options}
    return collect(folder, CollectParams(folder=folder, sources=[source]).sources)  # type: ignore[list-item]


def write(path: Path, *rows: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(list(rows), ensure_ascii=False))


def test_columns_are_read_as_the_entry_names_them(tmp_path: Path) -> None:
    record = {"q": "问", "more": "细节", "a": "答", "output": "other", "lang": "zh"}
    write(tmp_path / "a.json", record)
    columns = {"prompt": "q", "query": "more", "response": "a"}
    (row,) = gathered(tmp_path, {"a": {"file_name": "a.json", "columns": columns}}).rows
    assert row["prompt"][0]["content"] == "问\n细节"
    assert row["completion"][0]["content"] == "答"
    assert meta_of(row) == {"unmapped": {"output": "other"}}


def test_tags_name_keys_and_roles_of_the_turns(tmp_path: Path) -> None:
    turns = [{"who": "Q", "says": "Hi"}, {"who": "A", "says": "Hello"}]
    write(tmp_path / "a.json", {"talk": turns, "good": True})
    entry = {
        "file_name": "a.json",
        "formatting": "sharegpt",
        "columns": {"messages": "talk", "kto_tag": "good"},
        "tags": {"role_tag": "who", "content_tag": "says", "user_tag": "Q", "assistant_tag": "A"},
    }
    (row,) = gathered(tmp_path, {"a": entry}).rows
    assert (row["task"], row["label"]) == ("unpaired", "true")
    assert row["completion"] == [{"role": "assistant", "content": "Hello"}]


def test_ranked_alpaca_is_a_preference_and_a_lone_prompt_plain_text(tmp_path: Path) -> None:
    write(tmp_path / "r.json", {"instruction": "Hi", "input": "", "chosen": "a", "rejected": "b"})
    (tmp_path / "t.txt").write_text("床前明月光\n")
    ranked = {"prompt": "instruction", "query": "input", "chosen": "chosen", "rejected": "rejected"}
    registry = {
        "r": {"file_name": "r.json", "ranking": True, "columns": ranked},
        "t": {"file_name": "t.txt", "columns": {"prompt": "text"}},
    }
    assert [row["task"] for row in gathered(tmp_path, registry).rows] == ["preference", "text"]


def test_a_packed_file_stands_for_the_one_that_is_named(tmp_path: Path) -> None:
    rows = [{"instruction": "a", "output": str(n)} for n in range(3)]
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(json.dumps(rows).encode()))
    found = gathered(tmp_path, {"a": {"file_name": "a.json", "num_samples": 2}})
    assert len(found.rows) == 2
    assert found.entries[0]["path"] == "a.json.gz"


def test_entries_without_a_file_are_left_out_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "a.json", {"instruction": "a", "output": "b"})
    registry = {"a": {"file_name": "a.json"}, "b": {"hf_hub_url": "owner/b"}}
    assert len(gathered(tmp_path, registry).rows) == 1
    assert "entries without a file here, left out: b" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"file_name": "a.json", "colums": {}}, r'dataset_info\.json:1: .*unknown key "colums"'),
        ({"file_name": "a.json", "columns": {"promt": "q"}}, r'did you mean "prompt"'),
        ({"file_name": "a.json", "formatting": "csv"}, "'alpaca', 'sharegpt' or 'openai'"),
        ({"script_url": "a.py"}, "scripts and other hubs are not read"),
        ({"ms_hub_url": "x/y"}, "scripts and other hubs are not read"),
        ({"hf_hub_url": "x/y", "folder": "z"}, "`folder` of a hub is not read"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, entry: dict[str, Any], message: str) -> None:
    write(tmp_path / "a.json", {"instruction": "a", "output": "b"})
    with pytest.raises(UserError, match=message):
        gathered(tmp_path, {"a": entry}, entries=["a"])


def test_an_unknown_entry_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UserError, match='no entry "b"; entries: a'):
        gathered(tmp_path, {"a": {"file_name": "a.json"}}, entries=["b"])


@pytest.mark.parametrize("path", ["none.json", "../dataset_info.json", "/etc/passwd"])
def test_a_registry_outside_of_the_folder_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(UserError, match="no such file in collect.folder"):
        gathered(tmp_path, {}, path=path)
