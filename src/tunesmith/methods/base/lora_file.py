"""A saved LoRA as pairs of small matrices, read and written without its base model."""

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunesmith.errors import UserError
from tunesmith.files import read_json, write_json

if TYPE_CHECKING:
    from torch import Tensor

WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
FACTOR = re.compile(r"(?P<module>.+)\.lora_(?P<kind>embedding_)?(?P<side>[AB])(\.weight)?")
PREFIX = "base_model.model."


@dataclass(frozen=True)
class LoraFile:
    """What a LoRA adds to each module: scale · B A.

    Attributes:
        config: PEFT's adapter_config.json.
        factors: module → (A, B), A (rank, inputs) and B (outputs, rank).
        scales: module → the number that their product is multiplied by.
        keys: module → the names of A and B in the file.
    """

    config: dict[str, Any]
    factors: "dict[str, tuple[Tensor, Tensor]]"
    scales: dict[str, float]
    keys: dict[str, tuple[str, str]]

    @property
    def rank(self) -> int:
        """The largest rank of a module."""
        return max(len(a) for a, _ in self.factors.values())

    def delta(self, module: str) -> "Tensor":
        """Return the change of a module's matrix (outputs, inputs), in fp32."""
        a, b = self.factors[module]
        return self.scales[module] * (b.float() @ a.float())


def read_lora(folder: Path) -> LoraFile:
    """Read an adapter.

    Raises:
        UserError: it holds more than pairs of matrices, as DoRA and modules_to_save do.
    """
    from safetensors.torch import load_file

    config = read_json(folder / CONFIG)
    found: dict[str, dict[str, tuple[str, Tensor]]] = defaultdict(dict)
    for key, weight in sorted(load_file(folder / WEIGHTS).items()):
        match = FACTOR.fullmatch(key)
        if match is None or weight.ndim != 2:
            raise UserError(
                f"{folder}: holds {key.removeprefix(PREFIX)}, which is no pair of LoRA's matrices "
                "(method.dora, method.modules_to_save and heads of classifiers leave such); only "
                "plain lora can be merged: route between these adapters, or train them anew"
            )
        found[match["module"]][match["side"]] = (key, weight)
    factors = {module: (pair["A"][1], pair["B"][1]) for module, pair in found.items()}
    scales = {module: _scale(config, len(a)) for module, (a, _) in factors.items()}
    keys = {module: (pair["A"][0], pair["B"][0]) for module, pair in found.items()}
    return LoraFile(config, factors, scales, keys)


def _scale(config: dict[str, Any], rank: int) -> float:
    """Return alpha / r, or alpha / sqrt(r) of rsLoRA."""
    return float(config["lora_alpha"]) / (rank**0.5 if config.get("use_rslora") else rank)


def write_lora(
    factors: "dict[str, tuple[Tensor, Tensor]]", like: list[LoraFile], folder: Path
) -> dict[str, Any]:
    """Write factors as one adapter of scale 1 and return it as a method's dials.

    Args:
        factors: module → (A, B); of different ranks, which are filled up with zeros.
        like: the adapters that it was made of; it reaches all modules that they reach.
        folder: to write into.
    """
    from safetensors.torch import save_file

    rank = max(len(a) for a, _ in factors.values())
    keys = {module: names for one in like for module, names in one.keys.items()}
    weights = {}
    for module, (a, b) in factors.items():
        filled = (_filled(a, (rank, a.shape[1])), _filled(b, (b.shape[0], rank)))
        weights.update(dict(zip(keys[module], filled, strict=True)))
    targets = _targets(like, list(factors))
    config = like[0].config | {
        **{"r": rank, "lora_alpha": rank, "rank_pattern": {}, "alpha_pattern": {}},
        **{"use_rslora": False, "target_modules": targets, "lora_dropout": 0.0},
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_file(dict(sorted(weights.items())), folder / WEIGHTS, metadata={"format": "pt"})
    write_json(folder / CONFIG, config)
    return {"kind": "lora", "r": rank, "alpha": float(rank), "targets": targets}


def summed(adapters: list[LoraFile], weights: list[float]) -> "dict[str, tuple[Tensor, Tensor]]":
    """Return the exact sum of weighted adapters: [A1; A2] and [w1 s1 B1, w2 s2 B2]."""
    import torch

    factors = {}
    for module in sorted({name for one in adapters for name in one.factors}):
        parts = [
            (one.factors[module], weight * one.scales[module])
            for one, weight in zip(adapters, weights, strict=True)
            if module in one.factors
        ]
        a = torch.cat([pair[0] for pair, _ in parts])
        b = torch.cat([pair[1] * scale for pair, scale in parts], dim=1)
        factors[module] = (a, b)
    return factors


def put_on(parent: Path, folder: Path) -> dict[str, Any]:
    """Write, in place of a new adapter, it and the frozen one beneath it as one.

    Args:
        parent: folder of the frozen adapter.
        folder: of the new one, which was trained on top; holds both afterwards.

    Returns:
        The dials of the whole as a method.
    """
    both = [read_lora(parent), read_lora(folder)]
    return write_lora(summed(both, [1.0, 1.0]), both, folder)


def _filled(matrix: "Tensor", shape: tuple[int, int]) -> "Tensor":
    """Return a matrix with zeros after its rows and columns."""
    whole = matrix.new_zeros(shape)
    whole[: matrix.shape[0], : matrix.shape[1]] = matrix
    return whole


def _targets(like: list[LoraFile], modules: list[str]) -> list[str] | str:
    """Return target_modules that reach what all adapters reach."""
    given = [one.config["target_modules"] for one in like]
    if all(one == given[0] for one in given):
        first: list[str] | str = given[0]
        return first
    if all(isinstance(one, list) for one in given):
        return sorted({name for one in given for name in one})
    return sorted(module.removeprefix(PREFIX) for module in modules)
