"""How a model is asked: by the tokenizer and chat template that it was trained with."""

import json
from typing import Any

from tunesmith.errors import UserError
from tunesmith.files import sha256_text
from tunesmith.models.manifest import Manifest

PROBES = ("The order costs 1,234.50 today.\n\tTwo  spaces, é.", "订单号是１２３４，谢谢。\n", "<s>")


def tokenizer_sha256(tokenizer: Any) -> str:
    """Return a hash of what a tokenizer does: its words, its special tokens and a few texts.

    Files are not hashed here (the descriptor has them): another version of a library may read the
    same file differently, and that is what a model notices.
    """
    does = {
        "vocabulary": sorted(tokenizer.get_vocab().items()),
        "special": {name: str(word) for name, word in tokenizer.special_tokens_map.items()},
        "ids": [tokenizer(text)["input_ids"] for text in PROBES],
    }
    return sha256_text(json.dumps(does, sort_keys=True))


def template_sha256(tokenizer: Any) -> str:
    """Return the hash of the chat template's text, that of an empty text without one."""
    return sha256_text(tokenizer.chat_template or "")


def refuse_other(tokenizer: Any, manifest: Manifest) -> None:
    """Refuse to ask a model in another format than it was trained in: it would answer nonsense.

    Raises:
        UserError: the chat template or the tokenizer is another one.
    """
    if template_sha256(tokenizer) != manifest.template_sha256:
        raise UserError(
            f"the model of phase {manifest.phase} was trained with another chat template than it "
            "would be asked with; put base.chat_template back, or run the phase again "
            f"(dvc repro train@{manifest.phase})"
        )
    if manifest.tokenizer_sha256 not in (None, tokenizer_sha256(tokenizer)):
        raise UserError(
            f"the model of phase {manifest.phase} was trained with another tokenizer than it would "
            "be asked with: its files or the version of transformers changed; put them back (see "
            f"requirements.lock), or run the phase again (dvc repro train@{manifest.phase})"
        )
