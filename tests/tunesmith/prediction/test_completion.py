"""A model that continues plain text is asked as it was trained, and so is its base."""

from pathlib import Path

import pytest

from tests.tiny import save_tiny_base
from tests.tunesmith.methods.trying import ROWS, describe, try_out
from tunesmith.errors import UserError
from tunesmith.prediction.params import PredictParams
from tunesmith.prediction.run import predict

COMPLETION = PredictParams(max_new_tokens=4, base_task="completion")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A base model without a chat template."""
    save_tiny_base(tmp_path / "weights", template=None)
    return describe(tmp_path / "weights", tmp_path / "base")


def test_a_base_without_a_template_is_asked_in_plain_text(base: Path) -> None:
    table = predict(base, ROWS[:4], COMPLETION, seed=0).table
    assert table["reference_tokens"].tolist() == [8] * 4  # "it is a" and the end
    assert (table["logprob"] < 0).all()
    with pytest.raises(UserError, match="no chat template"):
        predict(base, ROWS[:4], PredictParams(max_new_tokens=4), seed=0)


@pytest.mark.slow
def test_a_trained_model_is_asked_as_its_manifest_says(base: Path, tmp_path: Path) -> None:
    tried = try_out(base, tmp_path, {"kind": "full"}, task="completion", epochs=4)
    before = predict(base, ROWS[:4], COMPLETION, seed=0).table["logprob"]
    after = predict(tried.folder, ROWS[:4], PredictParams(max_new_tokens=4), seed=0).table
    assert (after["logprob"] > before).all()
