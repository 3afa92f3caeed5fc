"""Translation: a tiny Marian pair, trained here, goes there and back; bad models are named."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.plain_rows import plain_chat
from tunesmith.augmenters import AugmentParams
from tunesmith.augmenters.augment import augment_rows
from tunesmith.augmenters.question import last_question
from tunesmith.augmenters.tools import ModelHere, Tools
from tunesmith.errors import UserError
from tunesmith.prediction.translate import translate

ENGLISH = [
    "where is my order now",
    "please send the box back soon",
    "the lamp arrived broken today",
]
ROUND_TRIP = [
    "where is my order at present",
    "kindly send the box back soon",
    "the lamp came broken today",
]
CHINESE = ["我的订单现在在哪里", "请尽快把箱子寄回来", "台灯今天收到时坏了"]


def train_pair(folder: Path, sources: list[str], targets: list[str]) -> None:
    """Save a one-layer Marian model that has learnt to turn each source into its target."""
    sentencepiece = pytest.importorskip("sentencepiece")
    import torch
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    folder.mkdir()
    pieces: list[str] = []
    for name, texts in (("source", sources), ("target", targets)):
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(texts * 20), model_writer=model, vocab_size=70,
            hard_vocab_limit=False, character_coverage=1.0, minloglevel=2, num_threads=1,
        )  # fmt: skip
        (folder / f"{name}.spm").write_bytes(model.getvalue())
        processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
        pieces += [processor.id_to_piece(i) for i in range(processor.get_piece_size())]
    known = list(dict.fromkeys(["</s>", "<unk>", *pieces, "<pad>"]))
    (folder / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(known)}))
    tokenizer = MarianTokenizer(
        source_spm=str(folder / "source.spm"), target_spm=str(folder / "target.spm"),
        vocab=str(folder / "vocab.json"),
    )  # fmt: skip
    torch.manual_seed(0)
    pad = known.index("<pad>")
    config = MarianConfig(
        vocab_size=len(known), d_model=32, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=64,
        decoder_ffn_dim=64, max_position_embeddings=64, pad_token_id=pad, eos_token_id=0,
        decoder_start_token_id=pad, forced_eos_token_id=0, dropout=0.0, bos_token_id=None,
    )  # fmt: skip
    model = MarianMTModel(config)
    batch = tokenizer(sources, text_target=targets, return_tensors="pt", padding=True)
    labels = batch["labels"].masked_fill(batch["labels"] == pad, -100)
    optimizer = torch.optim.Adam(model.parameters(), 5e-3)
    for _ in range(200):
        loss = model(batch["input_ids"], batch["attention_mask"], labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[ModelHere, ModelHere]:
    folder = tmp_path_factory.mktemp("marian")
    train_pair(folder / "en-zh", ENGLISH, CHINESE)
    train_pair(folder / "zh-en", CHINESE, ROUND_TRIP)
    there, back = (ModelHere(model=str(folder / name)) for name in ("en-zh", "zh-en"))
    return there, back


@pytest.mark.slow
def test_texts_come_back_in_other_words_and_in_order(pair: tuple[ModelHere, ModelHere]) -> None:
    there, back = pair
    assert translate(there, ENGLISH[::-1]) == CHINESE[::-1]
    assert translate(back, CHINESE) == ROUND_TRIP


@pytest.mark.slow
def test_the_size_of_a_batch_changes_nothing(pair: tuple[ModelHere, ModelHere]) -> None:
    small = pair[0].model_copy(update={"batch_size": 1})
    assert translate(small, ENGLISH) == translate(pair[0], ENGLISH)


@pytest.mark.slow
def test_a_translation_that_does_not_end_in_time_is_none(pair: tuple[ModelHere, ModelHere]) -> None:
    short = pair[0].model_copy(update={"max_new_tokens": 1})
    assert translate(short, ENGLISH) == [None, None, None]


@pytest.mark.slow
def test_back_translation_makes_rows(pair: tuple[ModelHere, ModelHere]) -> None:
    rows = [plain_chat(i, text, "ok", split="train") for i, text in enumerate(ENGLISH)]
    models: dict[str, Any] = {"there": pair[0].model_dump(), "back": pair[1].model_dump()}
    params = AugmentParams.model_validate(
        {"steps": [{"kind": "back_translation", "share": 1, **models}]}
    )
    made = augment_rows(rows, [], [], params, 0, Tools(translate=translate)).rows[3:]
    assert [last_question(row) for row in made] == ROUND_TRIP
    assert {row["op"] for row in made} == {"back_translation"}


@pytest.mark.slow
def test_other_weights_than_pinned_are_refused(pair: tuple[ModelHere, ModelHere]) -> None:
    with pytest.raises(UserError, match="is not what is pinned"):
        translate(pair[0].model_copy(update={"digest": "0" * 64}), ENGLISH)


def test_a_model_that_is_no_translator_is_named(tiny_base: Path) -> None:
    with pytest.raises(UserError, match="no translation model"):
        translate(ModelHere(model=str(tiny_base)), ["hello"])


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no folder"):
        translate(ModelHere(model=str(tmp_path / "none")), ["hello"])


def test_nothing_to_translate_loads_nothing() -> None:
    assert translate(ModelHere(model="none"), []) == []
