"""What a round cost."""

from pathlib import Path

from tunesmith.files import write_json
from tunesmith.improve.judge import train_seconds


def costs(folder: Path, **seconds: float) -> Path:
    """Write what each phase took."""
    for phase, value in seconds.items():
        write_json(folder / f"train-{phase}.json", {"train_seconds": value, "peak_memory_bytes": 7})
    return folder


def test_a_phase_that_was_not_trained_again_costs_the_round_nothing(tmp_path: Path) -> None:
    before = costs(tmp_path / "before", sft=60.0, dpo=9.0)
    after = costs(tmp_path / "after", sft=60.0, dpo=8.5, reward=4.0)
    assert train_seconds(after, before) == 12.5
    assert train_seconds(after, tmp_path / "none") == 72.5
