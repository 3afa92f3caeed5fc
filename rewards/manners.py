"""A reward of our own: how an answer of the shop takes its leave (data/preferences)."""

from typing import Any

WISHES = ("Have a nice day.", "祝您愉快。")
PUTS_OFF = ("Please call again later.", "请您以后再打电话来问。")


def leave(
    prompts: list[list[dict[str, str]]],  # noqa: ARG001
    answers: list[str],
    rows: list[dict[str, Any]],  # noqa: ARG001
) -> list[float]:
    """Return 1 for a wish, -1 for putting the customer off, 0 for neither."""
    return [float(one.endswith(WISHES)) - float(one.endswith(PUTS_OFF)) for one in answers]
