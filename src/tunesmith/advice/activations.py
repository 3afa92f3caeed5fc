"""Bytes that the forward pass keeps for the backward pass, and those of the loss.

Counted tensor by tensor, as section 4.1 of "Reducing Activation Recomputation in Large Transformer
Models" (https://arxiv.org/abs/2205.05198) does for GPT, here for what the Llama of transformers
keeps with fused attention (no matrix for each head), and for LoRA's fast path; tests hold both
against autograd. Liger's kernels keep less of norms and SwiGLU.
"""

from typing import Literal, NamedTuple

from tunesmith.advice.shape import Shape

FP32 = 4  # bytes
LOSS = 3 * FP32  # a logit in fp32: log-softmax, its gradient, and that of the logit
PROJECTIONS = 7  # matrices of a gated layer

CHUNK = 2.0**29  # bytes of the logits that fast/loss.py makes at a time

Keeps = Literal["weights", "low_rank", "scales", "bottleneck", "flow"]


class Widths(NamedTuple):
    """Bytes of a number."""

    product: int  # of what matrices give: 2 in bf16, 4 in fp32
    stream: int  # of what layers pass on: 4 too where a 4-bit base widens it


def widths(gpu: bool, widened: bool) -> Widths:
    """Return the widths that the Trainer computes in: bf16 on a GPU, else fp32.

    Args:
        gpu: or a CPU.
        widened: the embeddings are fp32: trained, or those of a 4-bit base.
    """
    if not gpu:
        return Widths(FP32, FP32)
    return Widths(2, FP32 if widened else 2)


def layer_bytes(
    shape: Shape,
    width: Widths,
    keeps: Keeps,
    rank: int,
    masked_tokens: int,
    liger: bool = False,
) -> float:
    """Return the bytes a token that one layer keeps.

    Args:
        shape: of the model.
        width: of its numbers.
        keeps: what is trained in the layer. `weights`: its matrices, whose inputs are kept;
            `low_rank`: products beside them, each with a copy of the input in bf16; `scales`: IA3;
            `bottleneck`: adapters with ReLU behind them; `flow`: nothing, the gradient only passes.
        rank: of `low_rank`, or the width of a `bottleneck`.
        masked_tokens: of a padded row; 0 where there is no padding. A mask is a row of numbers for
            each token, and keys and values of grouped heads are repeated to go with it.
        liger: norms and SwiGLU are Liger's.
    """
    return (
        _norms(shape, width, keeps, liger)
        + _attention(shape, width, masked_tokens)
        + _feed_forward(shape, width, liger)
        + _inputs(shape, width, keeps, rank)
    )


def fast_layer_bytes(shape: Shape, rank: int) -> float:
    """Return the bytes a token that one layer keeps on LoRA's fast path.

    Two inputs of norms and their scales, queries, keys, values, the result of attention with the
    logarithm of each head's sum, both that SwiGLU multiplies, and the ranks.
    """
    heads = 2 * shape.heads + 2 * shape.kv_heads
    numbers = 2 * shape.hidden + heads * shape.head_size + 2 * shape.feed_forward
    return 2 * (numbers + PROJECTIONS * rank) + FP32 * (2 + shape.heads)


def _norms(shape: Shape, width: Widths, keeps: Keeps, liger: bool) -> float:
    """Two norms: their input in fp32, its scale and, to train their weight, what they scale."""
    if liger:
        return 2 * (width.stream * shape.hidden + FP32)
    scaled = width.stream * shape.hidden if keeps == "weights" else 0
    return 2 * (FP32 * shape.hidden + FP32 + scaled)


def _attention(shape: Shape, width: Widths, masked_tokens: int) -> float:
    """Queries, keys, values and the result, the logarithm of each head's sum, and the mask."""
    pairs = shape.heads if masked_tokens else shape.kv_heads
    numbers = (2 * shape.heads + 2 * pairs) * shape.head_size + masked_tokens
    return numbers * width.product + FP32 * shape.heads


def _feed_forward(shape: Shape, width: Widths, liger: bool) -> float:
    """What the non-linear function reads and, where it is gated, both that are multiplied."""
    gated = 2 if liger else 3
    return (gated if shape.gated else 1) * shape.feed_forward * width.product


def _inputs(shape: Shape, width: Widths, keeps: Keeps, rank: int) -> float:
    """The inputs of matrices that are trained, or of what is trained beside them."""
    hidden, wide = shape.hidden, shape.feed_forward
    attended = shape.heads * shape.head_size
    matrices = 7 if shape.gated else 6
    if keeps == "weights":  # the result of attention is kept as such
        copies = matrices - 2 if width.stream > width.product else 2
        return width.product * (copies * hidden + wide)
    if keeps == "low_rank":
        copies = (matrices - 2) * hidden + attended if width.product < FP32 else 2 * hidden
        return width.product * (copies + wide + matrices * rank)
    if keeps == "scales":  # they are fp32, and widen what the last matrix reads
        return width.product * 2 * shape.kv_heads * shape.head_size + FP32 * wide
    if keeps == "bottleneck":
        return width.product * 2 * (hidden + rank)
    return 0


def checkpointed_bytes(shape: Shape, width: Widths, whole_layer: float) -> float:
    """Return the bytes a token when only the inputs of layers are kept and one is recomputed.

    Args:
        shape: of the model.
        width: of its numbers.
        whole_layer: of `layer_bytes`.
    """
    return shape.layers * shape.hidden * width.stream + whole_layer


def loss_bytes(shape: Shape, tokens: int, whole: bool) -> float:
    """Return the bytes of the loss over the vocabulary at its worst moment.

    Args:
        shape: of the model.
        tokens: of a batch.
        whole: all logits are there at once; else as many as fit into half a gigabyte in bf16.
    """
    if whole:
        return LOSS * shape.vocabulary * tokens
    return min(CHUNK, 2.0 * shape.vocabulary * tokens) + 4.0 * shape.hidden * tokens
