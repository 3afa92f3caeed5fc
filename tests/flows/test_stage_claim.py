"""A stage is not started while a process of its last run still writes."""

import subprocess
from pathlib import Path

import pytest

from flows import stage_claim
from flows.stage_claim import claimed
from tunesmith.errors import UserError


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_claim_lasts_as_long_as_a_process_that_was_given_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stage_claim, "PATIENCE_SECONDS", 0.0)
    heard: list[str] = []
    with claimed("train@sft", heard.append) as claim:
        orphan = subprocess.Popen(["sleep", "600"], stdin=claim)
    try:
        told = r"train@sft: a process of an earlier run .* `fuser"
        with pytest.raises(UserError, match=told), claimed("train@sft", heard.append):
            pass
        assert heard == ["waits for the end of what an earlier run of this stage has started"]
    finally:
        orphan.kill()
        orphan.wait()
    with claimed("train@sft", heard.append):
        assert len(heard) == 1


def test_stages_do_not_wait_for_one_another() -> None:
    with claimed("train@sft", print), claimed("train@dpo", print):
        pass
    with claimed("data/raw.dvc", print):
        assert Path(".dvc/tmp/stages/data_raw.dvc").exists()
