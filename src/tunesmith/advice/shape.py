"""The sizes of a model that memory and time follow from, out of its configuration alone."""

from pathlib import Path
from typing import Any

from tunesmith.component import Component
from tunesmith.errors import UserError
from tunesmith.models.load import hush
from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import PACKAGE, package_folder


class Shape(Component):
    """A transformer; a mixture of experts counts the experts that one token passes."""

    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_size: int
    feed_forward: int  # width between the matrices of a feed-forward part, of all active experts
    vocabulary: int
    gated: bool  # three matrices (SwiGLU) instead of two
    positions: int | None


def read_configuration(base: BaseParams) -> Any:
    """Return the configuration of a model: a folder, `package:NAME` or an id on the hub.

    Raises:
        UserError: there is none, or none that transformers knows.
    """
    from transformers import AutoConfig

    hush()
    place = base.model
    if place.startswith(PACKAGE):
        place = str(package_folder(place.removeprefix(PACKAGE)))
    elif base.is_folder:
        place = str(Path(place).expanduser())
    try:
        return AutoConfig.from_pretrained(place, revision=base.revision)
    except (OSError, ValueError) as error:
        raise UserError(
            f"{base.model}: no configuration found ({str(error).strip().splitlines()[0]}); give a "
            "folder with config.json, package:NAME, or the id of a model on the hub"
        ) from None


def shape_of(config: Any) -> Shape:
    """Return the sizes that a configuration of transformers names."""
    text = config.get_text_config()
    heads = int(_first(text, "num_attention_heads", "n_head"))
    hidden = int(_first(text, "hidden_size", "n_embd", "dim"))
    wide = _first(text, "intermediate_size", "n_inner", "ffn_dim", "hidden_dim") or 4 * hidden
    active = _first(text, "num_experts_per_tok") or 1
    if active > 1 and getattr(text, "moe_intermediate_size", None):
        wide = text.moe_intermediate_size
    return Shape(
        layers=int(_first(text, "num_hidden_layers", "n_layer", "n_layers")),
        hidden=hidden,
        heads=heads,
        kv_heads=int(_first(text, "num_key_value_heads") or heads),
        head_size=int(_first(text, "head_dim") or hidden // heads),
        feed_forward=int(wide) * int(active),
        vocabulary=int(text.vocab_size),
        gated=str(_first(text, "hidden_act", "hidden_activation") or "") in GATED_BY
        and hasattr(text, "rms_norm_eps"),
        positions=_first(text, "max_position_embeddings", "n_positions"),
    )


GATED_BY = {"silu", "swish", "gelu_pytorch_tanh", "gelu_tanh"}


def _first(config: Any, *names: str) -> Any:
    """Return the first of these settings that there is; architectures name them differently."""
    return next((v for n in names if (v := getattr(config, n, None)) is not None), None)
