"""Loads the tokenizer of a base model with the chat template that the pipeline uses."""

from pathlib import Path
from typing import Any

from tunesmith.errors import UserError
from tunesmith.models.descriptor import Descriptor
from tunesmith.models.resolve import weights_folder


def load_tokenizer(descriptor_folder: Path) -> Any:
    """Return the tokenizer that belongs to `models/base` (a folder with `base.json`)."""
    return tokenizer_of(Descriptor.read(descriptor_folder))


def tokenizer_of(descriptor: Descriptor) -> Any:
    """Return the tokenizer with an end and a padding token and the described chat template.

    Raises:
        UserError: the tokenizer has no end-of-sequence token, so generation could not stop, or
            none to pad with.
    """
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(
        weights_folder(descriptor), trust_remote_code=descriptor.trust_remote_code
    )
    if tokenizer.eos_token is None and tokenizer.sep_token is None:
        raise UserError(
            f"{descriptor.model}: the tokenizer has no end-of-sequence token; set "
            '"eos_token" in its tokenizer_config.json'
        )
    if tokenizer.pad_token is None and tokenizer.eos_token is None:
        raise UserError(
            f"{descriptor.model}: the tokenizer has no token to pad with; set "
            '"pad_token" in its tokenizer_config.json'
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if descriptor.chat_template is not None:
        tokenizer.chat_template = descriptor.chat_template
    return tokenizer
