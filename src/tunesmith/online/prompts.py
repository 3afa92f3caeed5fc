"""The prompts of a phase: of every row that has one, each once, those that fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tunesmith.errors import UserError
from tunesmith.rows import Message, Row, prompt_of
from tunesmith.tasks import chat, completion

FORMS = {"chat": chat, "completion": completion}
WITH_PROMPT = ("prompt", "messages")  # columns


@dataclass(frozen=True)
class Prompt:
    """What is asked, and the row that asks it."""

    row: Row
    messages: list[Message]
    ids: list[int]


def prompts_of(rows: list[Row], form: str, tokenizer: Any, room: int, which: str) -> list[Prompt]:
    """Return the prompts of rows, in their order; the first row of several with one prompt counts.

    Args:
        rows: of any task.
        form: `chat` or `completion`: how the model is asked.
        tokenizer: of the model.
        room: tokens of a prompt at most.
        which: of the tables of rows, for what is said.

    Raises:
        UserError: no row has a prompt, or none that fits.
    """
    asking = [row for row in rows if any(row.get(column) for column in WITH_PROMPT)]
    if not asking:
        raise UserError(
            f"none of {len(rows):,} {which} rows has a prompt that could be answered; a phase of "
            "task prompt reads those of chat, preference and unpaired rows"
        )
    every = [_prompt(row, form, tokenizer) for row in asking]
    fitting = [prompt for prompt in every if len(prompt.ids) <= room]
    _tell_of_long(every, fitting, room, which)
    return list({tuple(one.ids): one for one in reversed(fitting)}.values())[::-1]


def _prompt(row: Row, form: str, tokenizer: Any) -> Prompt:
    """Return the prompt of a row."""
    messages = prompt_of(row)
    return Prompt(row, messages, FORMS[form].encode_prompt(messages, tokenizer, row.get("tools")))


def _tell_of_long(
    every: Sequence[Prompt], fitting: Sequence[Prompt], room: int, which: str
) -> None:
    """Say which prompts are left out; a model that is asked the end of one learns to guess.

    Raises:
        UserError: none fits.
    """
    long = [prompt for prompt in every if len(prompt.ids) > room]
    if not long:
        return
    most = max(len(prompt.ids) for prompt in long)
    told = (
        f"{len(long):,} of {len(every):,} {which} prompts are longer than the {room} tokens that "
        f"max_length leaves them beside max_new_tokens (the longest has {most}); first "
        f"{long[0].row.get('source')}"
    )
    if not fitting:
        raise UserError(f"{told}. Raise phases.<name>.max_length, or lower max_new_tokens")
    print(f"{told}; they are left out", flush=True)


def of_step(count: int, size: int, seed: int, step: int) -> list[int]:
    """Return the places of the prompts of a step, a function of seed and step alone.

    Passes over all prompts follow one another, each in an order of its own.

    Args:
        count: of all prompts.
        size: of a step.
        seed: of the run.
        step: from 1 on.
    """
    import numpy as np

    wanted = range((step - 1) * size, step * size)
    passes = {at // count for at in wanted}
    orders = {one: np.random.default_rng([seed, one]).permutation(count) for one in passes}
    return [int(orders[at // count][at % count]) for at in wanted]
