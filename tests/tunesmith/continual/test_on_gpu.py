"""Ways of not forgetting on a GPU, where the base computes in half and what is trained is whole."""

from pathlib import Path
from typing import Any

import pytest
import torch

from stages.train import save
from tests.tiny import label_row
from tests.tunesmith.methods.trying import MADE_FROM, describe
from tunesmith.training.params import Phase
from tunesmith.training.run import train

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device"),
]
EN = [{**label_row(i, "ab"[i % 2] * 5, "xy"[i % 2]), "lang": "en"} for i in range(16)]
ZH = [{**label_row(20 + i, "cd"[i % 2] * 5, "xy"[i % 2]), "lang": "zh"} for i in range(16)]


def phase(**changes: Any) -> Phase:
    dials = {
        **{"from": "base", "with": "base", "task": "classification", "learning_rate": 0.02},
        **{"method": {"kind": "lora", "r": 4, "alpha": 8}, "epochs": 2, "max_length": 64},
        **{"per_device_batch_size": 8, "reservoir": 8, "reservoir_by": "label"},
    }
    return Phase.model_validate(dials | changes)


@pytest.mark.parametrize(
    ("continual", "rank"),
    [
        ({"kind": "replay", "ratio": 0.5}, 4),
        ({"kind": "ewc", "importance": 5.0}, 4),
        ({"kind": "distill", "ratio": 0.5}, 4),
        ({"kind": "olora"}, 8),
    ],
    ids=["replay", "ewc", "distill", "olora"],
)
def test_a_classifier_goes_on_from_its_parent(
    tiny_encoder: Path, tmp_path: Path, continual: dict[str, Any], rank: int
) -> None:
    start, rows = describe(tiny_encoder, tmp_path / "base"), EN + ZH
    first = phase(only={"lang": "en"})
    parent = train(first, start, rows, rows, tmp_path / "en", 0)
    save(parent, first, MADE_FROM, "en", tmp_path / "model")
    method = {"kind": "lora", "r": rank, "alpha": 2 * rank}
    dials: dict[str, Any] = {"from": "en", "continual": continual, "method": method}
    second = phase(only={"lang": "zh"}, **dials)
    trained = train(second, tmp_path / "model", rows, rows, tmp_path / "zh", 0)
    assert trained.curves["loss"].notna().all()
    assert all(w.isfinite().all() for w in trained.model.parameters())
