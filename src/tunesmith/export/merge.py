"""Puts what an adapter learnt into the weights of its base."""

from pathlib import Path
from typing import Any

from tunesmith.errors import UserError
from tunesmith.models.load import Loaded


def merged(loaded: Loaded, folder: Path) -> Any:
    """Return the model as plain weights; a model that was trained whole is returned as it is.

    Args:
        loaded: in fp32, so that nothing is rounded before it is written. It is changed.
        folder: of the trained model, for the words of a refusal.

    Raises:
        UserError: the method is no change of weights.
    """
    assert loaded.method is not None
    if not loaded.method.keeps_base:
        return loaded.model
    if not hasattr(loaded.model, "merge_and_unload"):
        raise _unmergeable(loaded, folder, "it adds positions to the text, not to the weights")
    try:
        return loaded.model.merge_and_unload(safe_merge=True)
    except (NotImplementedError, ValueError, UserError) as error:
        raise _unmergeable(loaded, folder, str(error).splitlines()[0].partition(";")[0]) from None


def _unmergeable(loaded: Loaded, folder: Path, why: str) -> UserError:
    """Return the refusal with the way out."""
    return UserError(
        f"method.kind {loaded.method and loaded.method.kind} cannot be merged ({why}); serve "
        f"{folder} beside its base {loaded.descriptor.model} with PEFT, as predict and chat do, "
        "or train lora"
    )
