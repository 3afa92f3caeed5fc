"""Handles: a made-up address or name of a user before or after the text."""

from tunesmith.behaviour.perturbations.given import Changed, Given

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def handles(text: str, given: Given) -> Changed | None:
    """Return the text with `@k3x9qz` or an address of no site; see `Perturbation`.

    Source: "add random URLs and handles" of CheckList, https://aclanthology.org/2020.acl-main.442.
    """
    name = "".join(LETTERS[k] for k in given.rng.integers(len(LETTERS), size=6))
    mark = f"@{name}" if given.rng.random() < 0.5 else f"https://example.com/{name}"
    return Changed(f"{mark} {text}" if given.rng.random() < 0.5 else f"{text} {mark}")
