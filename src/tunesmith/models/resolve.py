"""Finds a base model, on this disk or on the hub, and says exactly what was found."""

import importlib.util
from pathlib import Path

from tunesmith.errors import UserError
from tunesmith.models.descriptor import KEPT, Descriptor, digest_of, hash_files
from tunesmith.models.params import BaseParams

PACKAGE = "package:"  # weights that a Python package carries: package:NAME
TEMPLATES = Path(__file__).parent / "templates"


def resolve(params: BaseParams) -> Descriptor:
    """Return the descriptor of the base model that params.yaml names.

    Raises:
        UserError: not found, only pickle weights, or not the weights that the digest pins.
    """
    folder, revision = _find(params.model, params.revision, params.is_folder)
    files = hash_files(folder)
    digest = digest_of(files)
    if params.digest not in (None, digest):
        raise UserError(
            f"params.yaml: base.digest: {params.model} is not what is pinned (found "
            f"{digest[:12]}…, pinned {str(params.digest)[:12]}…); if you meant to change the "
            "base model, run `tunesmith pin`"
        )
    return Descriptor(
        model=params.model,
        revision=revision,
        digest=digest,
        files=files,
        chat_template=read_template(params.chat_template),
        trust_remote_code=params.trust_remote_code,
    )


def weights_folder(descriptor: Descriptor) -> Path:
    """Return the folder of the described weights, after checking that they are the same bytes."""
    local = Path(descriptor.model).exists()
    folder, _ = _find(descriptor.model, descriptor.revision, local)
    found = hash_files(folder)
    if found != descriptor.files:
        changed = sorted(set(found.items()) ^ set(descriptor.files.items()))[0][0]
        raise UserError(
            f"{descriptor.model}/{changed}: changed since stage base described it; run "
            "`tunesmith pin` and `dvc repro`, or put the old file back"
        )
    return folder


def read_template(name: str | None) -> str | None:
    """Return the text of a chat template: one of ours by name, or a file."""
    if name is None:
        return None
    path = TEMPLATES / f"{name}.jinja"
    path = path if path.exists() else Path(name)
    if not path.is_file():
        ours = ", ".join(sorted(p.stem for p in TEMPLATES.glob("*.jinja")))
        raise UserError(
            f"params.yaml: base.chat_template: no template {name!r}; ours: {ours}; or give a file"
        )
    return path.read_text(encoding="utf-8")


def _find(model: str, revision: str | None, local: bool) -> tuple[Path, str | None]:
    """Return the folder that holds the weights, and the commit when they are from the hub."""
    if model.startswith(PACKAGE):
        return package_folder(model.removeprefix(PACKAGE)), None
    if local:
        return Path(model).expanduser(), None
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    try:
        folder = Path(snapshot_download(model, revision=revision, allow_patterns=list(KEPT)))
    except HFValidationError:
        raise UserError(
            f"params.yaml: base.model: {model!r} is neither a folder here nor a hub id"
        ) from None
    except (HfHubHTTPError, FileNotFoundError, OSError) as error:
        raise UserError(
            f"params.yaml: base.model: {model!r} is no folder here, and the hub gave nothing "
            f"({type(error).__name__}); check the name, the network or HF_HUB_OFFLINE"
        ) from None
    return folder, folder.name


def package_folder(name: str) -> Path:
    """Return the folder with the weights inside an installed package, without importing it."""
    spec = importlib.util.find_spec(name)
    for root in (spec.submodule_search_locations or []) if spec else []:
        for weights in sorted(Path(root).rglob("*.safetensors")):
            return weights.parent
    raise UserError(
        f"params.yaml: base.model: no installed package {name} with weights; `make encoder` "
        "installs MiniLM"
    )
