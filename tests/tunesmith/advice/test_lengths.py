"""How long rows are: whole, cut, or in the blocks that a long text becomes."""

from pathlib import Path

import pytest

from tests.tiny import tiny_tokenizer
from tunesmith.advice.lengths import blocks, measured
from tunesmith.rows import to_frame, write_rows
from tunesmith.tasks import text


def table(folder: Path, *texts: str) -> Path:
    """Write texts as a table of examples."""
    rows = [{"id": str(n), "task": "text", "text": one} for n, one in enumerate(texts)]
    write_rows(folder / "rows.parquet", to_frame(rows))
    return folder / "rows.parquet"


@pytest.mark.parametrize("length", [1, 6, 7, 8, 13, 14, 15, 40])
def test_the_blocks_are_those_that_training_makes(length: int) -> None:
    tokenizer = tiny_tokenizer()
    row = {"text": "a" * length}
    made = [len(block["input_ids"]) for block in text.blocks(row, tokenizer, 8)]
    assert blocks(len(tokenizer(row["text"], add_special_tokens=False)["input_ids"]), 8) == made


def test_long_texts_count_as_blocks_and_others_as_cut(tmp_path: Path) -> None:
    path = table(tmp_path, "word" * 20, "word")  # 20 tokens and 1, by their letters
    cut = measured([path], None, 8)
    assert (cut.rows, cut.mean_tokens, cut.longest_tokens) == (2, 4.5, 8)
    whole = measured([path], None, 8, in_blocks=True)
    assert (whole.rows, whole.longest_tokens) == (4, 8)
    assert whole.mean_tokens == (8 + 8 + 7 + 2) / 4
