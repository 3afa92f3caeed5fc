"""What adapters must have in common to be used together."""

from pathlib import Path
from typing import Any

from tunesmith.errors import UserError
from tunesmith.models.load import BUNDLE
from tunesmith.models.manifest import Manifest, is_trained

LOW_RANK = ("lora", "qlora")  # whose changes can be added
SWAPPED = ("adapter", "ia3", *LOW_RANK)  # several of which lie side by side in one model


def manifests_of(folders: dict[str, Path]) -> dict[str, Manifest]:
    """Return the manifests of adapters that fit one another.

    Raises:
        UserError: a folder holds no trained model, or two differ in base model, task, classes,
            chat template or tokenizer.
    """
    found = {name: _manifest(name, folder) for name, folder in folders.items()}
    (first, one), *others = found.items()
    for name, other in others:
        for what, mine, theirs in _compared(one, other):
            if mine != theirs:
                raise UserError(
                    f'"{first}" and "{name}" differ in {what} ({mine} and {theirs}), so they '
                    "cannot be used together; train both on the same"
                )
    return found


def _manifest(name: str, folder: Path) -> Manifest:
    """Return the manifest of a trained model."""
    if (folder / BUNDLE).exists():
        raise UserError(f'"{name}" holds several adapters itself; name its adapters instead')
    if not is_trained(folder):
        raise UserError(f'"{name}" ({folder}) is no trained adapter; name a phase that makes one')
    return Manifest.read(folder)


def _compared(one: Manifest, other: Manifest) -> list[tuple[str, Any, Any]]:
    """Return what must be the same: its name and both values, as a person reads them."""

    def base(of: Manifest) -> str:
        return f"{of.base.model} {of.base.digest[:12]}"

    return [
        ("base model", base(one), base(other)),
        ("task", one.task, other.task),
        ("classes", one.labels, other.labels),
        ("chat template", one.template_sha256[:12], other.template_sha256[:12]),
        ("tokenizer", one.tokenizer_sha256, other.tokenizer_sha256),
    ]


def refuse_unmergeable(found: dict[str, Manifest]) -> None:
    """Refuse to add up what is no sum.

    Raises:
        UserError: names the first adapter that is not of LoRA's kind.
    """
    for name, one in found.items():
        if one.method["kind"] not in LOW_RANK:
            raise UserError(
                f'"{name}" is of method {one.method["kind"]}, which cannot be merged with others; '
                f"known: {', '.join(LOW_RANK)}; how.kind route keeps adapters apart"
            )


def refuse_unswappable(found: dict[str, Manifest]) -> None:
    """Refuse what cannot lie beside others in one model.

    Raises:
        UserError: adapters of several kinds, or of one that has to be alone.
    """
    kinds = {name: one.method["kind"] for name, one in found.items()}
    apart = {name: kind for name, kind in kinds.items() if kind not in SWAPPED}
    if apart:
        name, kind = next(iter(apart.items()))
        raise UserError(
            f'"{name}" is of method {kind}, which cannot lie beside other adapters; known: '
            f"{', '.join(SWAPPED)}"
        )
    if len({"lora" if kind == "qlora" else kind for kind in kinds.values()}) > 1:
        told = ", ".join(f"{name}: {kind}" for name, kind in kinds.items())
        raise UserError(f"adapters of different kinds ({told}) cannot share one base; train alike")
