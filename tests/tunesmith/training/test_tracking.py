"""Trackers are optional, write files of this machine, and say nothing of what they are told."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from stages.train import identity
from tests.tiny import chat_row
from tests.tunesmith.methods.trying import phase
from tunesmith.errors import UserError
from tunesmith.stage import Paths
from tunesmith.training.run import train
from tunesmith.training.tracking import refuse_missing, report_to

KEYS = ("TENSORBOARD_LOGGING_DIR", "MLFLOW_TRACKING_URI", "WANDB_MODE", "WANDB_DIR")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test sets in the environment does not outlive it."""
    for key in (*KEYS, "MLFLOW_EXPERIMENT_NAME", "WANDB_PROJECT", "WANDB_SILENT"):
        monkeypatch.setenv(key, "")
        monkeypatch.delenv(key)


@pytest.mark.parametrize("name", ["tensorboard", "mlflow", "wandb"])
def test_a_missing_package_is_named_before_anything_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("tunesmith.training.tracking.find_spec", lambda _: None)
    expected = rf"phases\.sft\.tracking: {name} is not installed; `pip install {name}`"
    with pytest.raises(UserError, match=expected):
        train(phase({"kind": "full"}, tracking=[name]), tmp_path, [], [], tmp_path / "sft", seed=0)


def test_without_a_tracker_nothing_is_asked_for(tmp_path: Path) -> None:
    refuse_missing([], "sft")
    assert report_to([], tmp_path, "sft") == []
    assert not list(tmp_path.iterdir())


def test_each_tracker_writes_below_the_work_folder(tmp_path: Path) -> None:
    import os

    assert report_to(["tensorboard", "mlflow", "wandb"], tmp_path, "sft") == [
        "tensorboard",
        "mlflow",
        "wandb",
    ]
    folder = tmp_path / "tracking"
    assert [os.environ[key] for key in KEYS] == [
        str(folder / "tensorboard" / "sft"),
        f"sqlite:///{folder}/mlflow.db",
        "offline",
        str(folder),
    ]


def test_what_the_environment_says_decides_and_is_not_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import os

    secret = "https://me:s3cret@tracking.example"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", secret)
    report_to(["mlflow"], tmp_path, "sft")
    assert os.environ["MLFLOW_TRACKING_URI"] == secret
    assert "s3cret" not in "".join(capfd.readouterr())


def test_tracking_is_no_part_of_what_a_model_is_made_from(base: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows"
    rows.write_text("rows")
    paths = Paths(start=base, rows=rows, validation=rows, **{"with": base})
    plain, tracked = phase({"kind": "full"}), phase({"kind": "full"}, tracking=["wandb"])
    assert identity(paths, plain, 0) == identity(paths, tracked, 0)


@pytest.mark.slow
@pytest.mark.skipif(find_spec("tensorboard") is None, reason="tensorboard is not installed")
def test_tensorboard_gets_the_losses(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    monkeypatch.chdir(tmp_path)
    rows = [chat_row(i, "say", "yes") for i in range(8)]
    one = phase({"kind": "full"}, tracking=["tensorboard"])
    trained = train(one, base, rows, rows, tmp_path / "sft", 0)
    events = EventAccumulator(str(tmp_path / ".work" / "tracking" / "tensorboard" / "sft"))
    events.Reload()
    logged = [scalar.value for scalar in events.Scalars("train/loss")]
    assert logged == pytest.approx(trained.curves.query("split == 'train'")["loss"].tolist())


@pytest.mark.slow
@pytest.mark.skipif(find_spec("mlflow") is None, reason="mlflow is not installed")
def test_mlflow_gets_the_losses(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow

    monkeypatch.chdir(tmp_path)
    rows = [chat_row(i, "say", "yes") for i in range(8)]
    one = phase({"kind": "full"}, tracking=["mlflow"])
    train(one, base, rows, rows, tmp_path / "sft", 0)
    runs = mlflow.search_runs(experiment_names=["tunesmith"])
    assert runs["metrics.loss"].notna().all()
