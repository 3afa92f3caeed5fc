"""Decides what a phase's model can do: rows in line, and LoRA's fast path; says what it cannot."""

import importlib.util
import logging
from typing import TYPE_CHECKING, Any

from tunesmith.models.load import HEADED
from tunesmith.training.devices.group import Group, refuse_differences
from tunesmith.training.params import Phase

if TYPE_CHECKING:
    from tunesmith.fast.model import FastModel


def may_pack(phase: Phase) -> bool:
    """Return whether a phase wants rows in line and can have them: where asked, else on a GPU.

    Rows of a classifier and rows with virtual tokens before them must stand alone, and so must
    those of most objectives and under a penalty against forgetting; NEFTune scales its noise by
    the length of a row.
    """
    import torch

    wanted = torch.cuda.is_available() if phase.packing is None else phase.packing
    alone = phase.task == "classification" or phase.method.virtual_tokens > 0
    alone = alone or not phase.objective.in_line
    alone = alone or (phase.continual is not None and phase.continual.adds_to_loss)
    return wanted and not alone and not phase.moves_words


def packs(phase: Phase, model: Any) -> bool:
    """Return whether rows are put in line: the model must let its attention be exchanged."""
    exchangeable = getattr(without_adapter(model), "_supports_attention_backend", False)
    return may_pack(phase) and bool(exchangeable)


def without_adapter(model: Any) -> Any:
    """Return the model of transformers that an adapter of PEFT wraps, or the model itself."""
    return getattr(model, "get_base_model", lambda: model)()


def fast_path(phase: Phase, model: Any, longest: int, group: Group) -> "FastModel | None":
    """Return LoRA's fast path, or None, say why, and let the model's attention see rows only."""
    from tunesmith.fast.interface import see_rows_only
    from tunesmith.fast.model import FastModel

    reason = why_plain(phase, model, longest, group)
    refuse_differences(group, {"way through the model's layers": reason})
    if reason is None:
        return FastModel(model, phase.activation_checkpointing)
    if group.first:
        print(f"training takes transformers' path, in packs: {reason}", flush=True)
    see_rows_only(without_adapter(model))
    return None


def why_plain(phase: Phase, model: Any, longest: int, group: Group) -> str | None:
    """Return what keeps rows in line from LoRA's fast path, None if nothing does."""
    from tunesmith.fast.fits import why_not

    if group.sharded:
        return "fsdp2 cuts the matrices that it would hold as one"
    if phase.chosen_by == "token_accuracy":
        return f"best_by {phase.chosen_by} needs logits"
    return why_not(model, longest)


def plain_path(phase: Phase, model: Any) -> dict[str, bool]:
    """Return what the Trainer is asked for where the fast path is not taken."""
    return {
        "activation_checkpointing": phase.activation_checkpointing,
        "use_liger_kernel": liger(phase, model),
    }


def liger(phase: Phase, model: Any) -> bool:
    """Return whether Liger's kernels are here and know the model; they need a GPU."""
    import torch

    if phase.task in HEADED or not torch.cuda.is_available():
        return False
    if phase.continual is not None and phase.continual.adds_to_loss:
        return False  # its kernels leave no logits
    if importlib.util.find_spec("liger_kernel") is None or adapted_blocks(model):
        return False
    logging.getLogger("liger_kernel").setLevel(logging.ERROR)  # it tells of chips that are not here
    from liger_kernel.transformers.monkey_patch import MODEL_TYPE_TO_APPLY_LIGER_FN

    return model.config.model_type in MODEL_TYPE_TO_APPLY_LIGER_FN


def adapted_blocks(model: Any) -> list[Any]:
    """Return the norms and whole blocks that an adapter wraps, rather than single products.

    Liger would put its own computation in place of these wrappers, and the adapter within them
    would not be trained.
    """
    from peft.tuners.tuners_utils import BaseTunerLayer
    from torch.nn import Embedding, Linear
    from transformers.pytorch_utils import Conv1D

    adapted = [
        part.get_base_layer() for part in model.modules() if isinstance(part, BaseTunerLayer)
    ]
    return [layer for layer in adapted if not isinstance(layer, Linear | Embedding | Conv1D)]
