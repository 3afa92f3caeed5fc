"""A chat model on this machine: answers in order, the same at every batch size, None if cut off."""

from pathlib import Path

from tunesmith.augmenters.tools import ModelHere
from tunesmith.prediction.write import write

REQUESTS = [[{"role": "user", "content": text}] for text in ("Say it again", "换一种说法", "No")]


def test_answers_repeat_and_do_not_hang_on_the_batch(tiny_base: Path) -> None:
    spec = ModelHere(model=str(tiny_base), max_new_tokens=8)
    first = write(spec, REQUESTS)
    assert len(first) == len(REQUESTS)
    assert write(spec.model_copy(update={"batch_size": 1}), REQUESTS) == first
    assert write(spec, REQUESTS[::-1]) == first[::-1]


def test_an_answer_that_was_cut_off_is_none(tiny_base: Path) -> None:
    spec = ModelHere(model=str(tiny_base), max_new_tokens=1)
    assert None in write(spec, REQUESTS)


def test_nothing_to_write_loads_nothing() -> None:
    assert write(ModelHere(model="none"), []) == []
