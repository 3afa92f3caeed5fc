r"""A conversation in one text, as HH-RLHF writes it: `\n\nHuman: …\n\nAssistant: …`."""

import re
from typing import Any

from tunesmith.importers.base import message
from tunesmith.rows import Message

TURN = re.compile(r"(?:^|\n\n)(Human|Assistant):")


def is_transcript(value: Any) -> bool:
    """True for a text that begins with what the human says and holds an answer."""
    if not isinstance(value, str) or not value.lstrip("\n").startswith("Human:"):
        return False
    return "\n\nAssistant:" in value


def read_transcript(value: str) -> list[Message]:
    """Return the turns of a transcript, outer white space left out.

    Turns of one speaker in a row are joined: the text spoke of `Human:` inside of a turn.
    """
    parts = TURN.split(value.strip("\n"))[1:]
    turns: list[Message] = []
    for speaker, said in zip(parts[::2], parts[1::2], strict=True):
        turn = message(speaker, said.strip())
        if turns and turns[-1]["role"] == turn["role"]:
            turns[-1]["content"] += f"\n\n{turn['content']}"
        else:
            turns.append(turn)
    return turns
