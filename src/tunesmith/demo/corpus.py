"""The pre-training corpus as token ids: drawn in shards, so the number of cores changes nothing."""

import os
from collections.abc import Iterator
from functools import partial
from multiprocessing import get_context

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from tunesmith.demo import prose

SHARD_DOCUMENTS = 4000
IGNORED = -100
WINDOW_BATCHES = 32


def token_ids(tokenizer_json: str, eos_id: int, documents: int, seed: int) -> list[list[int]]:
    """Draw `documents` documents and return their token ids, each closed by the eos token.

    The number of documents is rounded up to whole shards of 4,000.
    """
    shards = range(1, 1 + -(-documents // SHARD_DOCUMENTS))
    work = partial(_shard, tokenizer_json, eos_id, seed)
    with get_context("spawn").Pool(min(len(os.sched_getaffinity(0)), len(shards))) as pool:
        return [ids for shard in pool.map(work, shards) for ids in shard]


def batches(
    corpus: list[list[int]], batch_documents: int, pad_id: int, rng: np.random.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield (ids_BT, labels_BT) for one epoch: whole documents of similar length, padded right."""
    order = rng.permutation(len(corpus))
    window = batch_documents * WINDOW_BATCHES
    for start in range(0, len(order), window):
        by_length = sorted(order[start : start + window], key=lambda i: len(corpus[i]))
        groups = [
            by_length[i : i + batch_documents] for i in range(0, len(by_length), batch_documents)
        ]
        for chosen in rng.permutation(len(groups)):
            yield _padded([corpus[i] for i in groups[chosen]], pad_id)


def _shard(tokenizer_json: str, eos_id: int, seed: int, shard: int) -> list[list[int]]:
    tokenizer = Tokenizer.from_str(tokenizer_json)
    texts = prose.documents(seed, shard, SHARD_DOCUMENTS)
    return [[*encoding.ids, eos_id] for encoding in tokenizer.encode_batch(texts)]


def _padded(rows: list[list[int]], pad_id: int) -> tuple[Tensor, Tensor]:
    length = max(len(row) for row in rows)
    ids_BT = torch.full((len(rows), length), pad_id)
    labels_BT = torch.full((len(rows), length), IGNORED)
    for number, row in enumerate(rows):
        ids_BT[number, : len(row)] = labels_BT[number, : len(row)] = torch.tensor(row)
    return ids_BT, labels_BT
