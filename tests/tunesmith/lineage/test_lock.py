"""What a dvc.lock says."""

import hashlib

import pytest

from tunesmith.errors import UserError
from tunesmith.lineage.lock import Lock, folder_md5

TEXT = """
schema: '2.0'
stages:
  clean:
    cmd: clean
    deps: [{path: in, md5: a.dir}, {path: src/c.py, md5: b}]
    params: {params.yaml: {clean.words: 3}}
    outs: [{path: data/kept, md5: c}]
  train:
    cmd: [one, two]
    deps: [{path: data/kept, md5: c}, {path: models/base, md5: d.dir}]
    outs: [{path: models/sft, md5: e.dir}, {path: reports/efficiency/sft.json, md5: f}]
  report:
    cmd: report
    deps: [{path: reports/efficiency, md5: g.dir}]
    outs: [{path: reports/page.html, md5: h}]
"""


def test_stages_stand_after_what_they_read_and_a_folder_of_outs_has_makers() -> None:
    lock = Lock.parse(TEXT, "dvc.lock")
    names = [stage.name for stage in lock.upstream("reports/page.html")]
    assert names == ["clean", "train", "report"]
    assert [one.path for one in lock.inputs("reports/page.html")] == [
        "in", "src/c.py", "models/base",
    ]  # fmt: skip
    assert lock.upstream("models/sft/weights.safetensors")[-1].cmd == "one; two"
    assert lock.out("models/other") is None
    assert lock.stages[0].params == {"clean.words": 3}


def test_a_folder_is_hashed_as_dvc_does() -> None:
    listed = b'[{"md5": "2", "relpath": "a/b"}, {"md5": "1", "relpath": "c"}]'
    assert folder_md5({"c": "1", "a/b": "2"}) == f"{hashlib.md5(listed).hexdigest()}.dir"


@pytest.mark.parametrize("text", ["[1", "stages: [1]", "stages: {a: {}}", "<<<<<<< HEAD\na: b"])
def test_what_is_no_lock_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"dvc\.lock at v1: not what DVC writes"):
        Lock.parse(text, "dvc.lock at v1")
