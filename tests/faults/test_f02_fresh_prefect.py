"""What the lock installs gives a Prefect that starts where none has ever run."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows.conftest import call
from tests.flows.toy import retrain


@pytest.mark.fault
@pytest.mark.flow
def test_f2_a_flow_without_stages_completes_with_a_prefect_that_has_never_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: Callable[..., None]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dvc.yaml").write_text("stages: {}\n")
    Path("params.yaml").write_text("{}\n")
    call("git", "init", "-q", "-b", "main")
    call("dvc", "init", "-q")
    before = time.monotonic()
    code, out, err = retrain()
    seconds = time.monotonic() - before
    assert (code, err) == (0, ""), out
    assert Path(".work/prefect/prefect.db").exists()
    assert seconds < 120 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    seen(f"server set up, flow completed: {seconds:.0f} s")
