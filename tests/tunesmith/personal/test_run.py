"""Own adapters: each learns its group's rows, whoever else there is, and is compared honestly."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from tests.adapters import save_adapter
from tests.tiny import chat_row
from tunesmith.bundles.bundle import Bundle
from tunesmith.errors import UserError
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.personal import Personal
from tunesmith.personal.run import Personalised, personalise
from tunesmith.prediction.params import PredictParams
from tunesmith.prediction.run import predict

SAYS = {"ann": "aaaa", "bob": "bbbb", "cyd": "cccc"}
COUNTS = {"ann": 8, "bob": 8, "cyd": 2}


def rows_of(counts: dict[str, int], first: int = 0) -> list[dict[str, Any]]:
    people = [name for name, count in counts.items() for _ in range(count)]
    return [
        chat_row(first + i, f"say {i % 3}", SAYS[who], meta=json.dumps({"user": who}))
        for i, who in enumerate(people)
    ]


ROWS, HELD_OUT = rows_of(COUNTS), rows_of({"ann": 3, "cyd": 1}, 100)


def dials(**changes: Any) -> Personal:
    given = {"from": "sft", "by": "meta.user", "learning_rate": 0.02, "min_rows": 4}
    return Personal.model_validate(given | {"resamples": 50, "epochs": 4} | changes)


@pytest.fixture
def shared(tiny_base: Path, tmp_path: Path) -> Path:
    resolve(BaseParams(model=str(tiny_base))).write(tmp_path / "base")
    return save_adapter(tmp_path / "base", tmp_path / "sft", 1)


def run(
    shared: Path, where: Path, rows: list[dict[str, Any]] = ROWS, **changes: Any
) -> Personalised:
    work, out = where / "work", where / "own"
    return personalise("own", dials(**changes), shared, rows, HELD_OUT, 0, work, out)


def weights(where: Path, value: str) -> dict[str, torch.Tensor]:
    member = Bundle.read(where / "own").rule.to[value]
    return load_file(where / "own" / member / "adapter_model.safetensors")


def test_a_group_learns_its_rows_and_small_ones_keep_the_shared_adapter(
    shared: Path, tmp_path: Path
) -> None:
    done = run(shared, tmp_path)
    assert done.outcome["groups"] == 2
    assert done.outcome["measured"] == 1
    assert done.outcome["left_to_shared"] == {"too few rows": 1}
    assert done.outcome["low"] > 0.1
    lines = {one["group"]: one for one in done.lines}
    assert lines["ann"]["gain"] > 0.1
    assert "gain" not in lines["bob"]  # nothing held out
    told = json.loads((tmp_path / "own" / "bundle.json").read_text())["rule"]["to"]
    metrics = {
        who: json.loads((tmp_path / "own" / told[who] / "manifest.json").read_text())["metrics"]
        for who in ("ann", "bob")
    }
    assert metrics["ann"]["gain"] == lines["ann"]["gain"]
    assert metrics["bob"] == {}
    assert lines["cyd"]["left"] == "too few rows"
    rows = [*HELD_OUT, chat_row(200, "say 1", "?")]
    params = PredictParams(batch_size=4, max_new_tokens=3, latency_requests=0)
    found = predict(tmp_path / "own", rows, params, 0).efficiency["rows_by_adapter"]
    assert sorted(found.values()) == [2, 3]
    assert found["shared"] == 2  # of cyd, and of nobody


def test_a_group_is_the_same_whoever_else_there_is(shared: Path, tmp_path: Path) -> None:
    run(shared, tmp_path / "all")
    run(shared, tmp_path / "two", [row for row in ROWS if "ann" not in row["meta"]])
    one, two = (weights(tmp_path / name, "bob") for name in ("all", "two"))
    assert all(torch.equal(one[key], two[key]) for key in one)


def test_a_killed_run_goes_on_with_the_groups_that_are_left(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(shared, tmp_path / "whole")
    with monkeypatch.context() as patch:
        patch.setattr("tunesmith.personal.run.Learner.save", _save_once())
        with pytest.raises(KeyboardInterrupt):
            run(shared, tmp_path / "killed")
    again = run(shared, tmp_path / "killed")
    assert again == whole
    for who in ("ann", "bob"):
        one, two = (weights(tmp_path / name, who) for name in ("whole", "killed"))
        assert all(torch.equal(one[key], two[key]) for key in one)


def _save_once() -> Any:
    from tunesmith.personal.learn import Learner

    save, calls = Learner.save, iter([True])

    def once(self: Learner, folder: Path, how: Any) -> None:
        if not next(calls, False):
            raise KeyboardInterrupt
        save(self, folder, how)

    return once


def test_only_the_largest_groups_are_taken_where_that_is_asked(
    shared: Path, tmp_path: Path
) -> None:
    done = run(shared, tmp_path, max_groups=1)
    assert done.outcome["left_to_shared"] == {"beyond max_groups": 1, "too few rows": 1}


def test_what_is_not_surely_better_may_be_left_to_the_shared_adapter(
    shared: Path, tmp_path: Path
) -> None:
    done = run(shared, tmp_path, keep="better")
    assert done.outcome["left_to_shared"] == {"not surely better": 1, "too few rows": 1}
    assert list(Bundle.read(tmp_path / "own").rule.to) == ["ann"]  # bob has nothing held out


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"by": "meta.colour"}, "no train row has the field meta.colour"),
        ({"min_rows": 9}, "largest of 3 groups by meta.user has 8 train rows"),
    ],
)
def test_groups_that_cannot_be_are_refused(
    shared: Path, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        run(shared, tmp_path, **changes)


def test_groups_of_the_split_are_refused_since_none_is_held_out() -> None:
    with pytest.raises(ValueError, match="never fall on both sides of a split"):
        dials(by="group")


def test_a_loss_that_is_no_number_names_the_group(shared: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="loss of group 'ann' is nan; lower"):
        run(shared, tmp_path, learning_rate=1e30)
