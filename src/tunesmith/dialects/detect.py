"""Tells whose configuration a file is, by keys that only one trainer has."""

from pathlib import Path
from typing import Any

from tunesmith.dialects import axolotl, llama_factory, trl
from tunesmith.dialects.translation import Translation, copied
from tunesmith.errors import UserError
from tunesmith.params import load_yaml

DIALECTS = {"axolotl": axolotl, "llama-factory": llama_factory, "trl": trl}


def read_config(path: Path, dialect: str | None = None) -> Translation:
    """Read a configuration of another trainer.

    Args:
        path: a YAML (or JSON) file without tags, whose aliases do not unfold without end.
        dialect: one of DIALECTS; None: told by its keys.

    Raises:
        UserError: it is no YAML mapping, nobody's or several trainers' configuration, or asks for
            a way of training that there is no phase for.
    """
    tree = load_yaml(path)
    if not isinstance(tree, dict):
        raise UserError(
            f"{path}: no settings in it; give the YAML that the trainer is started with"
        )
    _refuse_tags(tree, path)
    name = dialect or detect(tree, path)
    if name not in DIALECTS:
        raise UserError(f'--from: no trainer "{name}"; known: {", ".join(DIALECTS)}')
    translation = Translation(copied(tree))
    try:
        DIALECTS[name].translate(translation)
    except (AttributeError, TypeError, ValueError) as error:
        raise UserError(
            f"{path}: a setting has a value that {name} does not take: {error}"
        ) from None
    return translation.finish()


def _refuse_tags(tree: Any, path: Path) -> None:
    """Refuse tags (`!!python/…`): ours run nothing, but a file that has them asks for it.

    Raises:
        UserError: names the first.
    """
    tag = str(getattr(tree, "tag", None) or "")
    if tag not in ("", "None"):
        raise UserError(f"{path}: the tag {tag} asks to build an object; write a plain value")
    for part in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else []:
        _refuse_tags(part, path)


def detect(tree: dict[str, Any], path: Path) -> str:
    """Return the only trainer whose own keys the file has.

    Raises:
        UserError: there is none, or more than one.
    """
    found = {name: sorted(module.SIGNS & set(tree)) for name, module in DIALECTS.items()}
    own = [name for name, signs in found.items() if signs]
    if len(own) == 1:
        return own[0]
    if own:
        seen = "; ".join(f"{name}: {', '.join(found[name])}" for name in own)
        raise UserError(f"{path}: keys of several trainers ({seen}); say which with --from")
    raise UserError(
        f"{path}: no key tells whose configuration this is; say it with --from "
        f"{' | '.join(DIALECTS)}"
    )
