"""Writes the demo's retention sets: prose as the base has read, of which it has read none."""

import argparse
import json
from pathlib import Path

from tunesmith.demo import prose

ROWS = 60  # of each language
UNREAD = 0  # pre-training draws shards from 1 on


def texts(seed: int, lang: str) -> list[str]:
    """Return documents of one language."""
    drawn = prose.documents(seed, UNREAD, 2 * ROWS)
    return drawn[("en", "zh").index(lang) :: 2]


def main() -> None:
    """Write one file a language into `--out`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    flags = parser.parse_args()
    flags.out.mkdir(parents=True, exist_ok=True)
    for lang in ("en", "zh"):
        lines = [json.dumps({"text": text}, ensure_ascii=False) for text in texts(flags.seed, lang)]
        path = flags.out / f"prose_{lang}.jsonl"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
