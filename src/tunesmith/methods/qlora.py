"""QLoRA: LoRA on a base model in 4 bits (https://arxiv.org/abs/2305.14314)."""

import importlib.util
from pathlib import Path
from typing import Any, Literal

from tunesmith.errors import UserError
from tunesmith.methods.base import LowRank

# Heads stay in full precision; those of classifiers begin random, which bitsandbytes cannot pack.
HEADS = ["lm_head", "embed_out", "score", "classifier", "pre_classifier", "classification_head"]


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
        place = "cuda" if torch.cuda.is_available() else "cpu"
        return {"quantization_config": quantisation, "device_map": {"": place}}

    def apply(self, model: Any, task: str) -> Any:
        """Return the 4-bit model with LoRA beside the target modules."""
        return super().apply(_prepared(model), task)

    def reload(self, model: Any, folder: Path, task: str, trainable: bool) -> Any:
        """Return the model, in 4 bits when it is trained further, with the saved adapter."""
        if trainable:
            model = _prepared(model)
        return super().reload(model, folder, task, trainable)


def _prepared(model: Any) -> Any:
    """Freeze a 4-bit model and keep what is not quantised in fp32; no checkpointing is forced."""
    from peft import prepare_model_for_kbit_training

    return prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
