"""A model is asked as it was trained: with the same chat template and the same tokenizer."""

from pathlib import Path

import pytest

from stages.train import parent_digest
from tests.tiny import tiny_tokenizer
from tests.tunesmith.methods.trying import describe, try_out
from tunesmith.errors import UserError
from tunesmith.files import read_json, write_json
from tunesmith.models.asked import tokenizer_sha256
from tunesmith.models.load import load
from tunesmith.models.manifest import Manifest


def test_a_tokenizers_hash_follows_what_it_does() -> None:
    same = tokenizer_sha256(tiny_tokenizer())
    assert tokenizer_sha256(tiny_tokenizer(template=None)) == same
    more = tiny_tokenizer()
    more.add_tokens(["订单"])
    assert tokenizer_sha256(more) != same
    without = tiny_tokenizer()
    without.eos_token = "<u>"
    assert tokenizer_sha256(without) != same


@pytest.fixture(scope="module")
def trained(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = tmp_path_factory.mktemp("asked")
    start = describe(tiny_base, work / "base")
    return try_out(start, work, {"kind": "lora", "r": 2}, epochs=1).folder


def changed(folder: Path, to: Path, **fields: object) -> Path:
    """Copy a manifest with other fields."""
    to.mkdir()
    write_json(to / "manifest.json", {**read_json(folder / "manifest.json"), **fields})
    return to


@pytest.mark.slow
def test_the_manifest_names_tokenizer_code_ends_and_trained_tokens(trained: Path) -> None:
    manifest = Manifest.read(trained)
    assert manifest.tokenizer_sha256 == tokenizer_sha256(tiny_tokenizer())
    assert len(str(manifest.code_sha256)) == 64
    assert manifest.end_tokens == ["</s>"]
    assert manifest.trained_tokens == 32 * (len("it is a") + 1)
    assert str(trained.parent) not in (trained / "adapter_config.json").read_text() + "".join(
        line
        for line in (trained / "manifest.json").read_text().splitlines()
        if '"model"' not in line
    )


@pytest.mark.slow
def test_another_template_is_refused_with_the_way_out(trained: Path, tmp_path: Path) -> None:
    other = changed(trained, tmp_path / "other", template_sha256="0" * 64)
    with pytest.raises(UserError, match=r"another chat template.*base\.chat_template.*train@try"):
        load(other, "chat", [])


@pytest.mark.slow
def test_another_tokenizer_is_refused_with_the_way_out(trained: Path, tmp_path: Path) -> None:
    other = changed(trained, tmp_path / "other", tokenizer_sha256="0" * 64)
    with pytest.raises(UserError, match=r"another tokenizer.*requirements\.lock.*train@try"):
        load(other, "chat", [])


@pytest.mark.slow
def test_a_model_from_before_the_tokenizer_was_noted_still_loads(
    trained: Path, tmp_path: Path
) -> None:
    old = changed(trained, tmp_path / "old", tokenizer_sha256=None)
    for file in trained.glob("adapter*"):
        (old / file.name).write_bytes(file.read_bytes())
    assert load(old, "chat", []).method is not None


@pytest.mark.slow
def test_other_code_is_another_model(trained: Path, tmp_path: Path) -> None:
    other = changed(trained, tmp_path / "other", code_sha256="0" * 64)
    assert parent_digest(other) != parent_digest(trained)
