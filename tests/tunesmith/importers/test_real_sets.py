"""Public sets, each through its importer; skipped where the sets are not."""

import gzip
import os
from pathlib import Path
from typing import Any

import pytest

from benchmarks.importers import MAPPED, read
from stages.collect import Collected
from tunesmith.rows import to_frame, write_rows
from tunesmith.tasks.chat import IGNORED, encode

DATA = Path(os.environ.get("TUNESMITH_DATA", "../shared/data"))
pytestmark = pytest.mark.skipif(
    not (DATA / "oasst_trees_100").is_dir(),
    reason="the public sets are not here; TUNESMITH_DATA names their folder",
)


def found(path: str, **options: Any) -> Collected:
    source = {"kind": "file", "path": path, **MAPPED.get(path, {}), **options}
    collected, error = read(DATA, source)
    assert collected is not None, error
    return collected


@pytest.mark.parametrize(
    ("path", "shape", "rows", "aside"),
    [
        ("belle_seed_zh/data.jsonl.gz", "self_instruct", 99, 0),
        ("checklist/qqp.jsonl.gz", "text_label", 600, 360),
        ("crosswoz/val.jsonl.gz", "messages", 500, 0),
        ("disc_fin_sft/data.jsonl.gz", "alpaca", 234, 0),
        ("fastchat_sharegpt_mtbench/sharegpt_dummy.jsonl.gz", "sharegpt", 261, 0),
        ("hh_rlhf_harmless_test/data.jsonl.gz", "preference", 1382, 0),
        ("llamafactory_demo/v1_sft_demo.jsonl.gz", "messages", 500, 0),
        ("medicalgpt_zh/dpo_zh.jsonl.gz", "preference", 280, 0),
        ("raschka_instruct/preference.jsonl.gz", "preference", 626, 0),
        ("toyhom_medical_dialogue_zh/gbk_first200.csv", "prompt_completion", 199, 0),
    ],
)
def test_every_row_of_a_public_set_is_accounted_for(
    path: str, shape: str, rows: int, aside: int
) -> None:
    (entry,) = found(path).entries
    assert (entry["shapes"], entry["quarantined"]) == ({shape: rows}, aside)


def test_trees_give_one_path_each_or_a_pair_for_each_worse_reply() -> None:
    path = "oasst_trees_100/data.jsonl.gz"
    assert found(path).entries[0]["shapes"] == {"tree": 55}
    assert found(path, task="preference").entries[0]["shapes"] == {"tree": 239}


def test_llama_factorys_demo_passes_by_its_own_registry(tmp_path: Path) -> None:
    path = "llamafactory_demo/dataset_info.json"
    collected, error = read(DATA, {"kind": "dataset_info", "path": path})
    assert collected is not None, error
    rows = {entry["path"].partition("/")[2]: entry["rows"] for entry in collected.entries}
    assert rows == {
        "identity.json.gz": 91,
        "alpaca_en_demo.json.gz": 999,
        "alpaca_zh_demo.json.gz": 1000,
        "glaive_toolcall_en_demo.json.gz": 300,
        "dpo_en_demo.json.gz": 300,
        "wiki_demo.txt.gz": 30,
    }
    assert not collected.quarantine
    turns = [turn for row in collected.rows for turn in row["messages"] or []]
    calls = [turn for turn in turns if "tool_calls" in turn]
    assert len(calls) == 211
    write_rows(tmp_path / "rows.parquet", to_frame(collected.rows))


def test_a_real_template_renders_every_tool_call_of_a_real_set(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    for name in ("tokenizer.json", "tokenizer_config.json"):
        packed = (DATA / "tokenizers" / "minimind_zh6400" / f"{name}.gz").read_bytes()
        (tmp_path / name).write_bytes(gzip.decompress(packed))
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    path = "llamafactory_demo/dataset_info.json"
    options = {"kind": "dataset_info", "entries": ["glaive_toolcall_en_demo"]}
    for row in found(path, **options).rows[:60]:
        labels = encode(row, tokenizer, 10**6)["labels"]
        trained = tokenizer.decode([label for label in labels if label != IGNORED])
        turns = [*(row["messages"] or []), *(row["completion"] or [])]
        calls = sum(turn.get("tool_calls") is not None for turn in turns)
        assert trained.count("<tool_call>") == calls
        assert ("<tools>" in tokenizer.decode(encode(row, tokenizer, 10**6)["input_ids"])) == bool(
            row["tools"]
        )
