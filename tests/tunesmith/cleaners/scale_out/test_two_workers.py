"""Two workers give the bytes that one process gives, on loopback only, and though one dies."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pytest

from stages.collect import collect
from tests.tunesmith.cleaners.rows_in_parts import rows_with_copies
from tunesmith.cleaners import CleanParams
from tunesmith.cleaners.run import DECISIONS, Record, run_cleaners, summary
from tunesmith.cleaners.scale_out.cluster import connected
from tunesmith.cleaners.scale_out.params import ScaleOut
from tunesmith.cleaners.scale_out.run import clean_spread, write_spread
from tunesmith.errors import UserError
from tunesmith.rows import Row, read_rows, to_frame, write_rows, write_table
from tunesmith.sources import CollectParams

FAST: list[dict[str, Any]] = [
    {"kind": "length", "max_chars": 300},
    {"kind": "pii"},
    {"kind": "exact_duplicates"},
    {"kind": "near_duplicates", "similarity": 0.85},
    {"kind": "decontaminate", "similarity": 0.85},
]


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """A client of two worker processes on this machine."""
    pytest.importorskip("distributed")
    with connected(ScaleOut(workers=2, worker_memory="2GB")) as started:
        yield started


def steps_of(*kinds: dict[str, Any]) -> CleanParams:
    return CleanParams.model_validate({"steps": kinds})


def outputs(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in ("kept.parquet", "decisions.parquet")]


def alone(folder: Path, params: CleanParams) -> tuple[list[bytes], Record]:
    """Return the outputs and the summary of one process."""
    rows = read_rows(folder / "examples.parquet")
    cleaned = run_cleaners(rows, params.steps, seed=0)
    write_rows(folder / "kept.parquet", cleaned.kept)
    table = pa.Table.from_pylist(cleaned.decisions, schema=DECISIONS)
    write_table(folder / "decisions.parquet", table)
    return outputs(folder), summary(rows, cleaned)


def together(
    client: Any, folder: Path, params: CleanParams, partition_rows: int
) -> tuple[list[bytes], Record]:
    """Return the outputs and the summary of a cluster."""
    examples = folder / "examples.parquet"
    cleaned = clean_spread(client, examples, params.steps, 0, partition_rows)
    write_spread(cleaned, folder / "kept.parquet", folder / "decisions.parquet")
    return outputs(folder), cleaned.counts


def written(folder: Path, rows: Sequence[Row]) -> Path:
    write_rows(folder / "examples.parquet", to_frame(rows))
    return folder


def test_twenty_thousand_rows_with_copies_across_partitions(client: Any, tmp_path: Path) -> None:
    folder = written(tmp_path, rows_with_copies(20_000))
    params = steps_of({"kind": "exact_duplicates"}, {"kind": "near_duplicates"})
    one, counts = alone(folder, params)
    assert counts["dropped"]["near_duplicates"]["nearly repeats an earlier row"] > 500
    assert {"exact_duplicates", "near_duplicates"} == set(counts["flagged"])
    assert together(client, folder, params, partition_rows=7_000) == (one, counts)


@pytest.mark.parametrize("partition_rows", [60, 1_000])
def test_the_size_of_a_partition_changes_nothing(
    client: Any, tmp_path: Path, partition_rows: int
) -> None:
    folder = written(tmp_path, rows_with_copies(300))
    params = steps_of({"kind": "near_duplicates", "similarity": 0.7}, *FAST)
    assert together(client, folder, params, partition_rows) == alone(folder, params)


def test_every_other_row_of_the_demo(client: Any, tmp_path: Path, root: Path) -> None:
    sources = CollectParams.read("collect", root / "params.yaml").sources
    folder = written(tmp_path, collect(root / "data/demo", sources).rows[::2])
    steps = CleanParams.read("clean", root / "params.yaml").steps
    quick = tuple(step for step in steps if step.kind != "language")  # it loads for seconds
    params = CleanParams(steps=quick)
    one, counts = alone(folder, params)
    assert counts["flagged"]["label_noise"]
    assert together(client, folder, params, partition_rows=1_500) == (one, counts)


def test_cleaners_that_gather_what_they_compare(client: Any, tmp_path: Path) -> None:
    folder = written(tmp_path, rows_with_copies(300))
    params = steps_of(
        {"kind": "repeated_edges"},
        {"kind": "semantic_duplicates", "similarity": 0.8},
        {"kind": "pii"},
    )
    one, counts = alone(folder, params)
    assert "repeated_edges" in counts["rewritten"]
    assert "semantic_duplicates" in counts["dropped"]
    assert together(client, folder, params, partition_rows=70) == (one, counts)


def test_the_questions_of_an_evaluation_set_reach_every_worker(
    client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_with_copies(200)
    asked = [row["prompt"][0]["content"] for row in rows if row["prompt"]][:20]
    asked.append("no thanks")
    lines = [json.dumps({"question": text}) for text in asked]
    (tmp_path / "set.jsonl").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    folder = written(tmp_path, rows)
    params = steps_of(
        {"kind": "decontaminate", "against": [{"name": "quiz", "path": "set.jsonl"}], "ngram": 3}
    )
    one, counts = alone(folder, params)
    assert counts["dropped"]["decontaminate"]["holds a question of quiz"] > 20
    assert together(client, folder, params, partition_rows=30) == (one, counts)


def test_a_run_of_one_cluster_repeats_itself(client: Any, tmp_path: Path) -> None:
    folder = written(tmp_path, rows_with_copies(90))
    first = together(client, folder, steps_of(*FAST), partition_rows=45)
    assert together(client, folder, steps_of(*FAST), partition_rows=45) == first


def test_what_a_user_did_wrong_comes_back_from_the_worker_as_it_is(
    client: Any, tmp_path: Path
) -> None:
    folder = written(tmp_path, rows_with_copies(20))
    params = steps_of({"kind": "label_noise", "column": "meta.nothing"})
    with pytest.raises(UserError, match=r"label_noise: no row has meta\.nothing"):
        together(client, folder, params, partition_rows=5)


def test_no_rows_give_no_rows(client: Any, tmp_path: Path) -> None:
    folder = written(tmp_path, [])
    assert together(client, folder, steps_of(*FAST), 10) == alone(folder, steps_of(*FAST))


def test_without_steps_every_row_is_kept(client: Any, tmp_path: Path) -> None:
    folder = written(tmp_path, rows_with_copies(20))
    assert together(client, folder, steps_of(), 10) == alone(folder, steps_of())


def test_an_address_may_come_from_the_environment(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEAN_CLUSTER", client.scheduler_info()["address"])
    with connected(ScaleOut(scheduler="env:CLEAN_CLUSTER")) as other:
        assert len(other.scheduler_info()["workers"]) == 2


def test_only_this_machine_can_reach_the_cluster(client: Any) -> None:
    here = psutil.Process()
    listening = [
        connection.laddr.ip
        for process in (here, *here.children(recursive=True))
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 3
    assert set(listening) == {"127.0.0.1"}


def test_workers_keep_the_memory_limit(client: Any) -> None:
    workers = client.scheduler_info()["workers"].values()
    assert [worker["memory_limit"] for worker in workers] == [2_000_000_000] * 2


@pytest.mark.slow
def test_a_killed_worker_costs_time_and_changes_nothing(client: Any, tmp_path: Path) -> None:
    folder = written(tmp_path, rows_with_copies(1_500))
    pids = list(client.run(os.getpid).values())
    killed: list[int] = []

    def kill_one() -> None:
        """Kill the first worker once it holds results."""
        while not any(client.has_what().values()):
            time.sleep(0.05)
        os.kill(pids[0], signal.SIGKILL)
        killed.append(pids[0])

    killer = threading.Thread(target=kill_one)
    killer.start()
    result = together(client, folder, steps_of(*FAST), partition_rows=400)
    killer.join()
    left = client.run(os.getpid).values()
    assert killed
    assert pids[0] not in left
    assert result == alone(folder, steps_of(*FAST))
