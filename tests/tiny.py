"""Tiny models and rows, made when a test needs them."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    BertConfig,
    BertModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

TEMPLATE = (
    "{%- for m in messages -%}{%- if m.role == 'assistant' -%}{{ '<a>' }}"
    "{%- generation -%}{{ m.content + '</s>' }}{%- endgeneration -%}"
    "{%- else -%}{{ '<u>' + m.content }}{%- endif -%}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{ '<a>' }}{%- endif -%}"
)


def tiny_tokenizer(template: str | None = TEMPLATE) -> PreTrainedTokenizerFast:
    """Return a tokenizer that knows every byte: any text survives it."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<pad>", "</s>", "<u>", "<a>"]
    vocabulary = {token: i for i, token in enumerate([*special, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(special)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", model_max_length=512
    )
    fast.chat_template = template
    return fast


def save_tiny_base(folder: Path, template: str | None = TEMPLATE) -> None:
    """Save a random causal model and its tokenizer."""
    tokenizer = tiny_tokenizer(template)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def save_tiny_encoder(folder: Path) -> None:
    """Save a random encoder and its tokenizer."""
    tokenizer = tiny_tokenizer(None)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=512,
        pad_token_id=tokenizer.pad_token_id,
    )
    BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def chat_row(number: int, question: str, answer: str, **more: object) -> dict[str, object]:
    """Return one chat example."""
    return {
        "id": f"row-{number}",
        "task": "chat",
        "prompt": [{"role": "user", "content": question}],
        "completion": [{"role": "assistant", "content": answer}],
        "source": f"toy.jsonl:{number + 1}",
        **more,
    }


def label_row(number: int, text: str, label: str) -> dict[str, object]:
    """Return one classification example."""
    return {
        "id": f"row-{number}",
        "task": "classification",
        "text": text,
        "label": label,
        "source": f"toy.jsonl:{number + 1}",
    }


def text_row(number: int, text: str) -> dict[str, object]:
    """Return one example of plain text."""
    return {
        "id": f"text-{number}",
        "task": "text",
        "text": text,
        "source": f"toy.txt:{number + 1}",
    }
