"""Pins the base model: its digest in params.yaml, so that other weights are refused."""

from pathlib import Path

from tunesmith.models.params import BaseParams
from tunesmith.models.resolve import resolve
from tunesmith.recipes import apply


def pin_base(params: Path) -> str:
    """Write digest (and, for a hub model, the commit) and return what to tell the user."""
    base = BaseParams.read("base", params)
    found = resolve(base.model_copy(update={"digest": None}))
    revision = found.revision or "null"
    apply(None, [f"base.digest={found.digest}", f"base.revision={revision}"], params)
    return f"params.yaml: base.digest is now {found.digest[:12]}… ({found.model})"
