"""Talking to base and tuned model: who answers with what, and what cannot chat."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.tiny import chat_row
from tunesmith.cli.chat import Speaker, check, examples, speakers
from tunesmith.errors import UserError
from tunesmith.methods.full import Full
from tunesmith.methods.lora import Lora
from tunesmith.models.load import Loaded, load
from tunesmith.models.manifest import Manifest
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.rows import to_frame, write_rows


@pytest.fixture
def base(tiny_base: Path, tmp_path: Path) -> Loaded:
    """The tiny base model, loaded."""
    resolve(BaseParams(model=str(tiny_base))).write(tmp_path)
    return load(tmp_path, "chat", [])


def tuned(base: Loaded, method: Full | Lora) -> Loaded:
    """Return the base with weights that differ from its own in every layer."""
    model = method.apply(base.model, "chat").eval()
    torch.manual_seed(1)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.requires_grad:
                weight.add_(torch.randn_like(weight))
    return Loaded(model, base.tokenizer, base.descriptor, None)


@pytest.mark.parametrize("method", [Lora(), Full()])
def test_the_base_answers_as_it_does_alone_and_the_tuned_model_differs(
    base: Loaded, method: Full | Lora
) -> None:
    alone = Speaker("alone", base.model, base.tokenizer).answer("hello")
    first, second = speakers(tuned(base, method), Path("models/sft"))
    assert first.answer("hello") == alone
    assert second.answer("hello") != alone
    assert (first.title, second.title) == (base.descriptor.model, "models/sft")


def test_a_speaker_remembers_the_conversation(base: Loaded) -> None:
    speaker = Speaker("one", tuned(base, Full()).model, base.tokenizer)
    first = speaker.answer("hello")
    assert speaker.answer("hello") != first


def manifest(base: Loaded, folder: Path, task: str) -> None:
    Manifest(
        phase="sft", task=task, method={"kind": "lora"}, base=base.descriptor, labels=[],
        parents=[], data={}, settings={}, template_sha256="", seed=0, rows={}, metrics={},
    ).write(folder)  # fmt: skip


def test_a_folder_without_a_model_is_answered_with_those_that_are_there(
    base: Loaded, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="no trained model yet"):
        check(tmp_path / "models" / "sft")
    manifest(base, tmp_path / "models" / "other", "chat")
    with pytest.raises(UserError, match="no trained model; there is .*other"):
        check(tmp_path / "models" / "sft")


def test_a_classifier_does_not_chat(base: Loaded, tmp_path: Path) -> None:
    manifest(base, tmp_path / "models" / "sft", "classification")
    with pytest.raises(UserError, match="a classifier, which does not chat"):
        check(tmp_path / "models" / "sft")


def test_one_example_for_each_language_is_offered(tmp_path: Path) -> None:
    rows = [
        chat_row(0, "Where is it?", "There.", lang="en"),
        chat_row(1, "在哪里？", "那里。", lang="zh"),
        chat_row(2, "And now?", "Here.", lang="en"),
    ]
    write_rows(tmp_path / "test.parquet", to_frame(rows))
    assert examples(tmp_path / "test.parquet") == ["Where is it?", "在哪里？"]
    assert examples(tmp_path / "none.parquet") == []


def test_a_model_of_completions_is_talked_to_without_a_template(
    base: Loaded, tmp_path: Path
) -> None:
    manifest(base, tmp_path / "sft", "completion")
    base.tokenizer.chat_template = None
    loaded = replace(tuned(base, Lora()), manifest=Manifest.read(tmp_path / "sft"))
    first, second = speakers(loaded, tmp_path / "sft")
    assert first.answer("hello") != second.answer("hello")
