"""Puts a PEFT adapter on a model, after checking that what it names is there."""

import re
from collections.abc import Iterable
from typing import Any

from tunesmith.errors import UserError

PEFT_TASKS = dict.fromkeys(("classification", "reward"), "SEQ_CLS")
UNFIT = ("arget module", "target_modules")  # how PEFT speaks of modules that it cannot take


def peft_task(task: str) -> str:
    """Return PEFT's name of a task."""
    return PEFT_TASKS.get(task, "CAUSAL_LM")


def attach(model: Any, config: Any) -> Any:
    """Put a PEFT adapter on a model.

    Raises:
        UserError: the adapter's target modules match nothing in this model, or what cannot be
            trained, or PEFT knows none for its architecture.
    """
    from peft import get_peft_model

    try:
        return get_peft_model(model, config)
    except ValueError as error:
        if not any(words in str(error) for words in UNFIT):
            raise
        raise UserError(
            f"method.targets matches no module that this method can train, or also some that it "
            f"cannot ({str(error).partition('.')[0]}); {there_is(model)}"
        ) from None


def refuse_unmatched(model: Any, dial: str, names: Iterable[str]) -> None:
    """Refuse names of modules that the model does not have; PEFT passes over them in silence.

    Args:
        model: whose modules are meant.
        dial: the key of params.yaml that holds the names.
        names: each the whole name of a module or its end, as PEFT matches them.

    Raises:
        UserError: names the first that matches nothing, and those that there are.
    """
    known = [f".{name}" for name, _ in model.named_modules()]
    for name in names:
        if not any(module.endswith(f".{name}") for module in known):
            raise UserError(f'{dial}: "{name}" matches no module of this model; {there_is(model)}')


def refuse_unmatched_pattern(model: Any, dial: str, pattern: str) -> None:
    """Refuse a regular expression that is none, or that no whole name of a module matches."""
    try:
        found = any(re.fullmatch(pattern, name) for name, _ in model.named_modules())
    except re.error as error:
        raise UserError(f"{dial}: {pattern!r} is no regular expression: {error}") from None
    if not found:
        example = next((name for name, part in model.named_modules() if _is_layer(part)), "")
        raise UserError(
            f'{dial}: "{pattern}" matches no module of this model (the whole name has to match, '
            f"such as {example}); {there_is(model)}"
        )


def there_is(model: Any) -> str:
    """Say which kinds of modules with weights a model has."""
    names = {name.rpartition(".")[2] for name, part in model.named_modules() if _is_layer(part)}
    return f"it has: {', '.join(sorted(names - {''}))}"


def _is_layer(module: Any) -> bool:
    """True for a module that has weights of its own."""
    return any(True for _ in module.parameters(recurse=False))
