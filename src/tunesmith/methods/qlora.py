"""QLoRA: LoRA on a base model in 4 bits (https://arxiv.org/abs/2305.14314)."""

import importlib.util
from pathlib import Path
from typing import Any, Literal

from tunesmith.errors import UserError
from tunesmith.methods.base import LowRank

# Heads stay in full precision; those of classifiers begin random, which bitsandbytes cannot pack.
HEADS = ["lm_head", "embed_out", "score", "classifier", "pre_classifier", "classification_head"]

PACKS_ON_CPU = "support_avx512bf16_for_cpu"  # of bitsandbytes' Linear4bit


class Qlora(LowRank):
    """Train LoRA beside frozen 4-bit weights: NF4, whose scales are quantised once more.

    Only training sees the 4-bit weights. The adapter is then used on the base model in full
    precision, so its validation loss differs from that of training by the quantisation error.
    """

    kind: Literal["qlora"] = "qlora"

    def load_options(self, dtype: Any) -> dict[str, Any]:
        """Return the quantisation; products are computed in `dtype`.

        Raises:
            UserError: bitsandbytes is not installed.
        """
        if importlib.util.find_spec("bitsandbytes") is None:
            raise UserError(
                "method.kind qlora needs bitsandbytes: pip install 'tunesmith[qlora]', or use lora"
            )
        import torch
        from transformers import BitsAndBytesConfig

        quantisation = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=dtype,
            llm_int8_skip_modules=HEADS,
        )
        place = torch.cuda.current_device() if torch.cuda.is_available() else "cpu"
        return {"quantization_config": quantisation, "device_map": {"": place}}

    def apply(self, model: Any, task: str) -> Any:
        """Return the 4-bit model with LoRA beside the target modules."""
        return _trained_wide(super().apply(_prepared(model), task))

    def reload(self, model: Any, folder: Path, task: str, trainable: bool) -> Any:
        """Return the model, in 4 bits when it is trained further, with the saved adapter."""
        if not trainable:
            return super().reload(model, folder, task, trainable)
        return _trained_wide(super().reload(_prepared(model), folder, task, trainable))


def norms(model: Any) -> list[Any]:
    """Return the weights of a model's norms."""
    parts = [part for part in model.modules() if "Norm" in type(part).__name__]
    return [weight for part in parts for weight in part.parameters(recurse=False)]


def _prepared(model: Any) -> Any:
    """Freeze a 4-bit model and widen its norms to fp32; embeddings and head stay as they are.

    PEFT's `prepare_model_for_kbit_training` widens these too, 4 GB of a model of 8B, to have them
    rounded again for every product.
    """
    model.requires_grad_(False)
    _keep_packed_as_they_are(model)
    for weight in norms(model):
        weight.data = weight.data.float()
    head = model.get_output_embeddings()
    if head is not None:
        head.register_forward_pre_hook(_as_wide_as_the_head)
    return model


def _keep_packed_as_they_are(model: Any) -> None:
    """Keep bitsandbytes from packing weights anew when a CPU evaluates.

    On a CPU with AVX512-BF16 it does so at the first evaluation, rounds the scales to bf16 and
    fails on a matrix whose inputs are no multiple of 64 or whose outputs are none of 32.
    """
    for part in model.modules():
        if hasattr(part, PACKS_ON_CPU):
            setattr(part, PACKS_ON_CPU, False)


def _trained_wide(model: Any) -> Any:
    """Widen what is trained to fp32: a head that `modules_to_save` or a classification copies."""
    for weight in model.parameters():
        if weight.requires_grad:
            weight.data = weight.data.float()
    return model


def _as_wide_as_the_head(head: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Round what the widened last norm gives to the dtype of the head, also without autocast."""
    return inputs[0].to(head.weight.dtype), *inputs[1:]
