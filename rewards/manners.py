"""A reward of our own: how an answer of the shop takes its leave (data/preferences)."""

from typing import Any

KIND = ("We are happy.", "谢谢。")
PUTS_OFF = ("So wait until the store opens again.", "过几天再问。")


def leave(
    prompts: list[list[dict[str, str]]],  # noqa: ARG001
    answers: list[str],
    rows: list[dict[str, Any]],  # noqa: ARG001
) -> list[float]:
    """Return 1 for a kind word, -1 for putting the customer off, 0 for neither."""
    return [float(one.endswith(KIND)) - float(one.endswith(PUTS_OFF)) for one in answers]
