"""What a classifier finds of a text does not depend on the texts beside it."""

from pathlib import Path

import pytest

from tests.tunesmith.methods.trying import describe
from tunesmith.models.load import load
from tunesmith.prediction.classify import class_logits

LENGTHS = [3, 40, 1, 17, 40, 8, 2, 25, 9]


@pytest.mark.parametrize("encoder", [True, False], ids=["encoder", "decoder"])
def test_texts_sorted_by_length_have_the_logits_that_each_has_alone(
    tiny_encoder: Path, tiny_base: Path, tmp_path: Path, encoder: bool
) -> None:
    base = describe(tiny_encoder if encoder else tiny_base, tmp_path / "base")
    loaded = load(base, "classification", ["n", "y"])
    texts = [[5 + (i + j) % 90 for j in range(length)] for i, length in enumerate(LENGTHS)]
    pad = loaded.tokenizer.pad_token_id
    alone = [class_logits(loaded.model.eval(), pad, [text], 1)[0] for text in texts]
    for size in (2, 4, 64):
        found = class_logits(loaded.model, pad, texts, size)
        for (logits, shares), (own_logits, own_shares) in zip(found, alone, strict=True):
            assert logits == pytest.approx(own_logits, abs=1e-6)
            assert shares == pytest.approx(own_shares, abs=1e-6)
