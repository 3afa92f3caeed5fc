"""The set for RLHF is what its generator writes, and prefers what it says."""

import json
from pathlib import Path

from tunesmith.demo.preferences import ENDINGS, build


def test_the_committed_files_are_those_of_seed_0(root: Path) -> None:
    folder = root / "data" / "preferences"
    assert build(0) == {path.name: path.read_text("utf-8") for path in folder.iterdir()}


def test_a_wish_is_preferred_to_nothing_and_both_to_being_put_off() -> None:
    seen = set()
    for line in build(1)["preferences.jsonl"].splitlines():
        row = json.loads(line)
        chosen, rejected = (row[key][0]["content"] for key in ("chosen", "rejected"))
        kinds = [_ending(text, ENDINGS[row["lang"]]) for text in (chosen, rejected)]
        assert kinds[0] < kinds[1]
        seen.add((row["lang"], *kinds))
    assert seen == {(lang, *pair) for lang in ("en", "zh") for pair in [(0, 1), (0, 2), (1, 2)]}


def _ending(text: str, endings: tuple[str, str, str]) -> int:
    """Return the place of the ending that a text has; that of the empty one where it has none."""
    return next((place for place in (0, 2) if text.endswith(endings[place])), 1)
