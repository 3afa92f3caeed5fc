"""A small encoder whose tokens are words, trained on what no task asks."""

from pathlib import Path

from benchmarks.continual.learn import dials
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.rows import Row
from tunesmith.training.run import train


def pretrained(other: list[Row], rows: list[Row], work: Path, seed: int) -> Path:
    """Return the base: an encoder of the words of `rows`, trained on the labels of `other`."""
    save_encoder(work / "blank", [str(row["text"]) for row in rows], seed)
    resolve(BaseParams(model=str(work / "blank"))).write(work / "start")
    phase = dials(
        method={"kind": "full"},
        learning_rate=5e-3,
        epochs=3,
        per_device_batch_size=64,
        warmup_ratio=0.1,
    )
    trained = train(phase, work / "start", other, other[:64], work / "run" / "pre", seed)
    trained.model.base_model.save_pretrained(work / "weights")
    trained.start.tokenizer.save_pretrained(work / "weights")
    resolve(BaseParams(model=str(work / "weights"))).write(work / "base")
    return work / "base"


def save_encoder(folder: Path, texts: list[str], seed: int) -> None:
    """Save a random encoder whose tokens are the words of the texts."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    words = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.train_from_iterator(texts, trainers.WordLevelTrainer(special_tokens=special))
    words.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        eos_token="[SEP]",
    )
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=1,
        num_attention_heads=4, max_position_embeddings=64, pad_token_id=0, hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0, initializer_range=0.1,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
