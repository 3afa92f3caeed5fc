"""Stage augment: passes the train rows through, adds what was asked for, repeats its bytes."""

import json
import shutil
from pathlib import Path
from subprocess import CompletedProcess

import pyarrow.parquet as pq
import pytest

from tests.plain_rows import plain_chat, write_plain
from tests.stage_runs import run_here
from tunesmith.augmenters.attempts import rng_of
from tunesmith.augmenters.augmenter import Asked
from tunesmith.augmenters.feedback import round_name
from tunesmith.augmenters.paraphrase import request_of
from tunesmith.augmenters.question import last_question
from tunesmith.endpoints.endpoint import Endpoint
from tunesmith.endpoints.replies import record_of
from tunesmith.files import write_jsonl
from tunesmith.rows import Row, read_rows

STEPS = "seed: 1\naugment: {steps: [{kind: synonym, share: 1.0}]}\n"
NONE = "seed: 1\naugment: {steps: []}\n"


def rows(side: str, first: int) -> list[Row]:
    return [
        plain_chat(i, f"Please buy the big box {i} soon", "ok", split=side, meta='{"b": 1, "a": 2}')
        for i in range(first, first + 4)
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, side in enumerate(("train", "validation", "test")):
        write_plain(tmp_path / f"{side}.parquet", rows(side, 100 * (number + 1)))
    write_plain(tmp_path / "ood.parquet", [])
    (tmp_path / "feedback").mkdir()
    (tmp_path / "material").mkdir()
    (tmp_path / "forgotten.csv").write_text("kind,name\n")
    return tmp_path


def run(folder: Path, params: str) -> "CompletedProcess[str]":
    (folder / "params.yaml").write_text(params)
    words = "--rows train.parquet --feedback feedback --validation validation.parquet"
    words += " --forgotten forgotten.csv --test test.parquet --ood ood.parquet --material material"
    words += " --train out.parquet"
    words += " --left-out left_out.parquet --replies replies.jsonl --summary augment.json"
    return run_here(folder, "augment", words)


def test_with_nothing_to_add_the_table_passes_through_byte_for_byte(folder: Path) -> None:
    done = run(folder, NONE)
    assert done.returncode == 0, done.stderr
    assert (folder / "out.parquet").read_bytes() == (folder / "train.parquet").read_bytes()


def test_rows_are_added_after_the_originals_and_the_bytes_repeat(folder: Path) -> None:
    assert run(folder, STEPS).returncode == 0
    first = (folder / "out.parquet").read_bytes(), (folder / "augment.json").read_bytes()
    out = read_rows(folder / "out.parquet")
    assert list(out["op"]) == [None] * 4 + ["synonym"] * 4
    assert list(out["id"])[:4] == list(out["parent"])[4:]
    run(folder, STEPS)
    assert (folder / "out.parquet").read_bytes() == first[0]
    assert (folder / "augment.json").read_bytes() == first[1]


def test_feedback_is_added(folder: Path) -> None:
    row = {key: rows("train", 900)[0][key] for key in ("task", "prompt", "completion")}
    draft = folder / "draft"
    draft.write_text(json.dumps(row) + "\n")
    draft.rename(folder / "feedback" / round_name(1, draft))
    assert run(folder, NONE).returncode == 0
    assert list(read_rows(folder / "out.parquet")["op"]) == [None] * 4 + ["feedback:001"]
    assert json.loads((folder / "augment.json").read_text())["rows"]["feedback"] == 1


def test_a_bad_round_stops_the_stage_in_one_line(folder: Path) -> None:
    (folder / "feedback" / "mine.jsonl").write_text("")
    done = run(folder, NONE)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "feedback/mine.jsonl: a round is named" in done.stderr


def test_refused_rows_replies_and_counts_are_written(folder: Path) -> None:
    shutil.copy(folder / "train.parquet", folder / "ood.parquet")
    params = "seed: 1\naugment: {max_similarity: 1, steps: [{kind: aeda, rows: 3}]}\n"
    done = run(folder, params)
    assert done.returncode == 0, done.stderr
    left_out = pq.read_table(folder / "left_out.parquet").to_pylist()
    assert [row["reason"] for row in left_out] == ["repeats_held_out_row"] * 4
    assert all(row["detail"].startswith("toy.jsonl:") for row in left_out)
    assert (folder / "replies.jsonl").read_text() == "\n"
    assert "aeda:1 made 0 of 3" in done.stdout


def test_pinned_replies_are_used_without_any_address(folder: Path) -> None:
    step = "{kind: paraphrase, share: 1, through: {kind: endpoint, model: m}}"
    params = f"seed: 1\naugment: {{steps: [{step}]}}\n"
    done = run(folder, params)
    assert done.returncode == 1
    assert "OPENAI_BASE_URL is not set" in done.stderr
    wanted = []
    for row in rows("train", 100):
        rng = rng_of(1, f"paraphrase:1:0:{row['id']}")
        rng.random()  # whether the share takes the row
        request = request_of(Asked(last_question(row) or "", "", "en", rng), [])
        wanted.append(Endpoint(model="m").body(request, int(rng.integers(2**31))))
    records = [
        record_of(body, f"Kindly buy the big box {number} soon")
        for number, body in enumerate(wanted, start=100)
    ]
    write_jsonl(folder / "material" / "replies.jsonl", records)
    assert run(folder, params).returncode == 0
    assert list(read_rows(folder / "out.parquet")["op"])[4:] == ["paraphrase"] * 4
    used = (folder / "replies.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["key"] for line in used) == sorted(r["key"] for r in records)


def test_what_is_to_be_forgotten_is_left_out_of_rounds_and_told_without_its_text(
    folder: Path,
) -> None:
    made = [
        {"id": "f1", "task": "text", "text": "first secret", "parent": "gone"},
        {"id": "f2", "task": "text", "text": "made from a secret", "parent": "f1"},
        {"id": "f3", "task": "text", "text": "of a source 秘密", "source": "秘密.jsonl:4"},
        {"id": "f4", "task": "text", "text": "stays"},
    ]
    write_jsonl(folder / "round", made)
    (folder / "round").rename(folder / "feedback" / round_name(1, folder / "round"))
    (folder / "forgotten.csv").write_text("kind,name\nrow,gone\nsource,秘密.jsonl\n")
    done = run(folder, NONE)
    assert done.returncode == 0, done.stderr
    assert list(read_rows(folder / "out.parquet")["id"])[4:] == ["f4"]
    told = (folder / "augment.json").read_text()
    refused = json.loads(told)["feedback_refused"]
    assert [(one["id"], one["reason"]) for one in refused] == [
        ("f1", "forgotten"), ("f2", "forgotten"), ("f3", "forgotten"),
    ]  # fmt: skip
    assert "secret" not in told
