"""Dials in the words of DVC come out as they went in."""

from typing import Any

import pytest
from dvc.utils.hydra import apply_overrides
from ruamel.yaml import YAML

from tunesmith.search.overrides import words
from tunesmith.search.paths import value_at

VALUES = [
    0.00123456789, 1e-05, 3, True, None, "cosine", "it's, {odd}: [x] = 1", "中文", [1, "a"],
    {"kind": "full", "list": [1, 2]},
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_dvc_reads_each_value_as_it_was_written(tmp_path: Any, value: Any) -> None:
    path = tmp_path / "params.yaml"
    tree = {"a": {"b": {"kind": "lora", "r": 8}, "steps": [{"c": 1}, {"c": 2}]}}
    YAML().dump(tree, path)
    dials = {"a.b": value, "a.steps.1.c": value, "a.new": value}
    arguments = words(dials, tree)
    assert arguments[::2] == ["--set-param"] * (len(arguments) // 2)
    apply_overrides(path, arguments[1::2])
    read = YAML(typ="safe").load(path)
    assert {name: value_at(read, name) for name in dials} == dials
