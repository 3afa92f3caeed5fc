"""Stage report: three documents from the files of all stages."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from stages.report import FLAGS, main
from tests.reporting import evidence
from tunesmith.errors import UserError

TREES = (
    "manifest",
    "clean",
    "split",
    "augment",
    "validation",
    "exam",
    "metrics",
    "comparisons",
    "behaviour",
    "sequence",
    "findings",
    "verdict",
)
FLAG = {"clean": "clean-summary", "split": "split-summary", "augment": "augment-summary"}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = evidence()
    for name in TREES:
        (tmp_path / f"{FLAG.get(name, name)}").write_text(json.dumps(getattr(found, name)))
    pd.DataFrame(found.scores).to_csv(tmp_path / "scores", index=False)
    pd.DataFrame(found.slices).to_csv(tmp_path / "slices", index=False)
    (tmp_path / "hardest").write_text("".join(f"{json.dumps(one)}\n" for one in found.hardest))
    for folder, name, text in (
        ("curves", "sft.csv", pd.DataFrame(found.curves["sft"]).to_csv(index=False)),
        ("efficiency", "train-sft.json", json.dumps(found.efficiency["train-sft"])),
        ("base", "base.json", json.dumps(found.base)),
        ("model", "manifest.json", json.dumps(found.model)),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text)
    (tmp_path / "params.yaml").write_text("report: {title: Shop, examples: 3}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "sys.argv", ["report", *(word for flag in FLAGS for word in (flag, flag[2:]))]
    )
    return tmp_path


def test_the_stage_writes_a_page_and_two_cards_the_same_twice(files: Path) -> None:
    main()
    names = ("page", "model-card", "data-card")
    first = [(files / name).read_bytes() for name in names]
    main()
    assert first == [(files / name).read_bytes() for name in names]
    assert first[0].startswith(b"<!doctype html>")
    assert "上海".encode() in first[0] or "订单".encode() in first[0]
    assert all(text.endswith(b"\n") for text in first)


def test_folders_are_read_whole_and_in_order(files: Path) -> None:
    (files / "efficiency" / "predict-base.json").write_text('{"p50_seconds": 0.25}')
    (files / "curves" / "reward.csv").write_text(
        "step,epoch,split,loss,learning_rate\n1,1,train,0.5,0.1\n"
    )
    main()
    page = (files / "page").read_text()
    assert page.index("predict-base") < page.index("train-sft")
    assert "250 ms" in page
    assert page.index("Loss of reward") < page.index("Loss of sft")


def test_a_candidate_of_several_adapters_is_told_as_such(files: Path) -> None:
    (files / "model" / "one").mkdir()
    (files / "model" / "manifest.json").rename(files / "model" / "one" / "manifest.json")
    (files / "model" / "one" / "adapter_model.safetensors").write_text("weights")
    two = {**json.loads((files / "model" / "one" / "manifest.json").read_text())}
    two["metrics"] = {"gain": 0.125, "low": -0.25, "high": 0.5}
    (files / "model" / "two").mkdir()
    (files / "model" / "two" / "manifest.json").write_text(json.dumps(two))
    rule = {"by": "meta.user", "to": {"<ann>": "two"}, "otherwise": "one"}
    told = {"members": ["one", "two"], "rule": rule, "parents": ["a" * 64], "settings": {}}
    (files / "model" / "bundle.json").write_text(json.dumps(told))
    asked = {"rows_by_adapter": {"one": 3}, "p50_seconds": 0.25}
    (files / "efficiency" / "predict-candidate.json").write_text(json.dumps(asked))
    main()
    card = (files / "model-card").read_text()
    assert "2 adapters chosen by meta.user on top of" in card.replace("\\", "")
    assert "Weights: one/adapter" in card.replace("\\", "")
    page = (files / "page").read_text()
    assert "rows_by_adapter" not in page
    training = page[page.index('id="training"') : page.index('id="scores"')]
    lines = training[training.index("Adapters of the candidate") :].split("<tr>")[2:]
    assert [("one" in line, "two" in line) for line in lines] == [(True, False), (False, True)]
    assert "all others" in lines[0]
    assert ">3<" in lines[0]  # rows that it answered
    assert "&lt;ann&gt;" in lines[1]
    assert "+0.125" in lines[1]
    assert "−0.250 to 0.500" in lines[1]


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "no such file"), ("{", "not valid JSON"), ("[]", "an object is expected")],
)
def test_an_input_that_is_missing_or_broken_is_named(
    files: Path, content: Any, message: str
) -> None:
    (files / "findings").unlink()
    if content:
        (files / "findings").write_text(content)
    with pytest.raises(UserError, match=f"findings.*{message}"):
        main()
