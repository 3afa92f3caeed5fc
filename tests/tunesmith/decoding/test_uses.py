"""All that asks a model for answers takes our loop where it can; here without graphs, on a CPU."""

from pathlib import Path

import pytest
import torch

from tests.tunesmith.methods.trying import describe
from tests.tunesmith.online.training import phase, run, weights
from tunesmith.decoding import loop, way
from tunesmith.decoding.loop import Decoder
from tunesmith.decoding.way import plainly
from tunesmith.harness.stops import generate_until
from tunesmith.models.load import Loaded, load
from tunesmith.prediction.generate import generate

PROMPTS = [[5, 6, 7], [8] * 9, [10, 11], [4] * 5, [12, 30, 41, 7, 8, 9, 22]]


@pytest.fixture(autouse=True)
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let the loop be taken as on a GPU; count its batches."""
    counted: list[int] = []

    class Counted(Decoder):
        def __call__(self, *args: object, **words: object) -> torch.Tensor:
            counted.append(1)
            return super().__call__(*args, **words)

    monkeypatch.setattr(way, "_device_kind", lambda _: "cuda")
    monkeypatch.setattr(loop, "Decoder", lambda rows: Counted(rows, captures=False))
    return counted


@pytest.fixture
def base(tiny_base: Path, tmp_path: Path) -> Path:
    return describe(tiny_base, tmp_path / "base")


@pytest.fixture
def loaded(base: Path) -> Loaded:
    return load(base, "chat", [])


@pytest.mark.parametrize("size", [1, 2, 5, 64])
def test_prediction_gives_the_plain_answers(loaded: Loaded, size: int, taken: list[int]) -> None:
    with plainly():
        plain = generate(loaded.model, loaded.tokenizer, PROMPTS, 2, 24)
    assert not taken
    assert generate(loaded.model, loaded.tokenizer, PROMPTS, size, 24) == plain
    assert len(taken) == -(-len(PROMPTS) // size)


def test_no_prompts_have_no_answers(loaded: Loaded) -> None:
    assert generate(loaded.model, loaded.tokenizer, [], 4, 8) == []


def test_the_harness_stops_at_the_same_strings(loaded: Loaded, taken: list[int]) -> None:
    free = generate_until(loaded.model, loaded.tokenizer, PROMPTS, [], 5, 24)
    stop = free[0][4:6]
    with plainly():
        plain = generate_until(loaded.model, loaded.tokenizer, PROMPTS, [stop], 5, 24)
    assert generate_until(loaded.model, loaded.tokenizer, PROMPTS, [stop], 5, 24) == plain != free
    assert len(taken) == 2


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ppo", "online_dpo"])
def test_reinforcement_ends_with_the_same_bytes(
    kind: str, base: Path, tmp_path: Path, taken: list[int]
) -> None:
    dials = phase(kind, {"max_new_tokens": 5}, epochs=2)
    ours = run(base, tmp_path / "ours" / "rl", dials)
    assert taken
    with plainly():
        plain = run(base, tmp_path / "plain" / "rl", dials)
    assert all(torch.equal(weights(ours)[n], w) for n, w in weights(plain).items())
