"""Talking to several adapters over one base: each answers as it does alone."""

from pathlib import Path

import pytest

from tests.adapters import save_adapter
from tunesmith.bundles.bundle import Bundle, write_bundle
from tunesmith.bundles.rule import Rule
from tunesmith.cli.chat import check, side_by_side, speakers
from tunesmith.errors import UserError
from tunesmith.models.load import load
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve


def bundle(tiny_base: Path, where: Path, names: list[str]) -> Path:
    resolve(BaseParams(model=str(tiny_base))).write(where / "base")
    folders = {
        name: save_adapter(where / "base", where / name, seed) for seed, name in enumerate(names)
    }
    rule = Rule(by="lang", to={}, otherwise=names[0])
    write_bundle(Bundle(name="all", members=names, rule=rule), folders, where / "all")
    return where / "all"


def test_each_adapter_answers_beside_the_base(tiny_base: Path, tmp_path: Path) -> None:
    folder = bundle(tiny_base, tmp_path, ["one", "two"])
    check(folder)
    found = {one.title: one.answer("hello") for one in side_by_side(folder)}
    assert list(found)[1:] == [str(folder / "one"), str(folder / "two")]
    for name in ("one", "two"):
        base, alone = speakers(load(folder / name, "chat", []), tmp_path / name)
        assert found[str(folder / name)] == alone.answer("hello")
        assert found[base.title] == base.answer("hello")
    assert len(set(found.values())) == 3


def test_of_many_one_is_named(tiny_base: Path, tmp_path: Path) -> None:
    folder = bundle(tiny_base, tmp_path, [f"own-{number}" for number in range(5)])
    with pytest.raises(UserError, match=r"holds 5 adapters;.*`--adapter .*all/own-4"):
        side_by_side(folder)
