"""The hub source, on local folders and without a network."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.tunesmith.sources.reading import read_one
from tunesmith.errors import UserError
from tunesmith.sources.hub import HubSource


@pytest.fixture(autouse=True)
def own_cache_and_no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import datasets
    import huggingface_hub

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)


def test_a_local_folder_is_read_as_the_hub_is(tmp_path: Path) -> None:
    folder = tmp_path / "reviews"
    folder.mkdir()
    rows = [{"text": "好看", "label": 1}, {"text": "不好看", "label": 0}]
    pq.write_table(pa.Table.from_pylist(rows), folder / "train-00000.parquet")
    pq.write_table(pa.Table.from_pylist(rows[:1]), folder / "test-00000.parquet")
    batch = read_one(HubSource(dataset="reviews"), tmp_path)
    assert batch.records == [(1, rows[0]), (2, rows[1])]
    assert batch.name == "reviews/default/train"
    again = read_one(HubSource(dataset="reviews", from_split="test"), tmp_path)
    assert len(again.records) == 1
    assert again.facts.sha256 != batch.facts.sha256


def test_an_unknown_split_names_data_set_and_way_out(tmp_path: Path) -> None:
    (tmp_path / "reviews").mkdir()
    (tmp_path / "reviews" / "train.jsonl").write_text('{"text": "x", "label": 1}\n')
    with pytest.raises(UserError, match=r'"reviews".*split "nope".*Check id, config and split'):
        list(HubSource(dataset="reviews", from_split="nope").batches(tmp_path))


def test_without_a_network_the_data_set_and_the_way_out_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r'"owner/name".*without a network put'):
        list(HubSource(dataset="owner/name").batches(tmp_path))
