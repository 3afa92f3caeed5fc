"""A shallower model out of a deeper one: a student that starts with some layers of its teacher."""

from typing import Any

from tunesmith.errors import UserError

DEPTHS = ("num_hidden_layers", "n_layer", "num_layers")  # what configs call how many there are


def cut(model: Any, layers: int) -> None:
    """Keep so many of a model's blocks, evenly spaced, the first and the last among them.

    As DistilBERT takes every other layer of BERT (https://arxiv.org/abs/1910.01108).

    Args:
        model: of transformers; it is changed, its config too.
        layers: how many to keep.

    Raises:
        UserError: it has not more, or keeps its blocks in no one list.
    """
    import numpy as np
    from torch.nn import ModuleList

    config = model.config.get_text_config()
    depth = next((name for name in DEPTHS if hasattr(config, name)), None)
    whole = getattr(config, depth) if depth else 0
    lists = [
        (parent, name)
        for parent in model.modules()
        for name, part in parent.named_children()
        if isinstance(part, ModuleList) and len(part) == whole
    ]
    if depth is None or len(lists) != 1:
        raise UserError(
            f"phases.<name>.layers: no list of layers found to cut in {type(model).__name__}; "
            "leave the key out"
        )
    if not 1 <= layers < whole:
        raise UserError(f"phases.<name>.layers: {layers}, and the model has {whole}; take fewer")
    places = np.linspace(0, whole - 1, layers).round().astype(int).tolist() if layers > 1 else [0]
    parent, name = lists[0]
    blocks = getattr(parent, name)
    setattr(parent, name, ModuleList(blocks[place] for place in places))
    _renumber(getattr(parent, name))
    setattr(config, depth, layers)
    if getattr(config, "layer_types", None):
        config.layer_types = [config.layer_types[place] for place in places]


def _renumber(blocks: Any) -> None:
    """Give each block its new place, by which it finds its keys and values when it generates."""
    for place, block in enumerate(blocks):
        for part in block.modules():
            if hasattr(part, "layer_idx"):
                part.layer_idx = place
