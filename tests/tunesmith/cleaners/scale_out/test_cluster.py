"""Starting a cluster, or saying why there is none."""

import sys
from pathlib import Path

import pytest

from tunesmith.cleaners import CleanParams
from tunesmith.cleaners.scale_out import cluster
from tunesmith.cleaners.scale_out.cluster import connected
from tunesmith.cleaners.scale_out.params import ScaleOut
from tunesmith.errors import UserError


def read(folder: Path, text: str) -> CleanParams:
    path = folder / "params.yaml"
    path.write_text(f"clean:\n  steps: []\n{text}")
    return CleanParams.read("clean", path)


def test_without_the_key_one_process_cleans(tmp_path: Path) -> None:
    assert read(tmp_path, "").scale_out is None
    assert read(tmp_path, "  scale_out:\n").scale_out is None


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{workers: 2, scheduler: 'tcp://a:1'}", "name either workers or scheduler"),
        ("{partition_rows: 9}", "name either workers or scheduler"),
        ("{scheduler: 'tcp://a:1', worker_memory: 1GB}", "only of workers started here"),
        ("{scheduler: 'a:1'}", "scheduler"),
        ("{workers: 2, worker_memory: much}", "worker_memory"),
        ("{workers: 0}", "workers"),
    ],
)
def test_settings_that_name_no_cluster_are_refused(
    tmp_path: Path, written: str, message: str
) -> None:
    with pytest.raises(UserError, match=rf"params\.yaml:3: clean\.scale_out.*{message}"):
        read(tmp_path, f"  scale_out: {written}")


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(UserError, match=r"pip install tunesmith\[dask\]"),
        connected(ScaleOut(workers=1)),
    ):
        pass


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    settings = ScaleOut(scheduler="tcp://127.0.0.1:9")
    with pytest.raises(UserError, match=r"answers at tcp://127\.0\.0\.1:9"), connected(settings):
        pass


def test_an_environment_without_the_address_is_named() -> None:
    pytest.importorskip("distributed")
    with (
        pytest.raises(UserError, match="the environment has no NO_CLUSTER"),
        connected(ScaleOut(scheduler="env:NO_CLUSTER")),
    ):
        pass
