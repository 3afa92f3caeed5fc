"""A base model is known by its content; other weights than described are refused."""

import shutil
from pathlib import Path

import pytest

from tunesmith.errors import UserError
from tunesmith.models.descriptor import Descriptor
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve, weights_folder


@pytest.fixture
def base(tiny_base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_base, tmp_path / "base"))


def test_the_digest_depends_on_the_content_not_on_the_place(base: Path, tiny_base: Path) -> None:
    here = resolve(BaseParams(model=str(base)))
    assert here.digest == resolve(BaseParams(model=str(tiny_base))).digest
    assert {"config.json", "model.safetensors", "tokenizer.json"} <= set(here.files)


def test_a_descriptor_survives_its_file(base: Path, tmp_path: Path) -> None:
    descriptor = resolve(BaseParams(model=str(base), chat_template="plain"))
    descriptor.write(tmp_path / "models")
    assert Descriptor.read(tmp_path / "models") == descriptor
    assert "Answer:" in str(descriptor.chat_template)


def test_other_weights_than_pinned_are_refused_with_the_way_out(base: Path) -> None:
    with pytest.raises(UserError, match="base.digest.*tunesmith pin"):
        resolve(BaseParams(model=str(base), digest="0" * 64))


def test_weights_that_changed_after_they_were_described_are_refused(base: Path) -> None:
    descriptor = resolve(BaseParams(model=str(base)))
    (base / "config.json").write_text("{}")
    with pytest.raises(UserError, match=r"config.json: changed since stage base"):
        weights_folder(descriptor)


def test_a_folder_that_does_not_exist_is_named() -> None:
    with pytest.raises(UserError, match=r"base.model: ./nowhere is no folder|nowhere is no folder"):
        resolve(BaseParams(model="./nowhere"))


def test_a_hub_model_that_cannot_be_reached_names_the_ways_out() -> None:
    with pytest.raises(UserError, match="organisation/model.*HF_HUB_OFFLINE"):
        resolve(BaseParams(model="organisation/model"))


def test_pickle_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"x")
    with pytest.raises(UserError, match=r"only pickle weights.*save_pretrained\(NEW\)"):
        resolve(BaseParams(model=str(tmp_path)))


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no \*.safetensors"):
        resolve(BaseParams(model=str(tmp_path)))


def test_a_package_that_is_not_installed_names_the_way_out() -> None:
    with pytest.raises(UserError, match="make encoder"):
        resolve(BaseParams(model="package:no_such_package"))


def test_an_unknown_template_names_ours(base: Path) -> None:
    with pytest.raises(UserError, match="no template 'fancy'; ours: plain"):
        resolve(BaseParams(model=str(base), chat_template="fancy"))
